"""Whole modules of every tier and every place for the weights that runs here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.micropython import needs_micropython
from support.networks import FACTS, HIDDEN, random_model
from support.sharp import sharp

from thumbnet.export import Artifact, convert, load_artifact, load_board
from thumbnet.export.emit.module import emit
from thumbnet.export.kernels.build import Build
from thumbnet.export.program.artifact import write_artifact
from thumbnet.export.program.vector_rows import extremes, readings
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import CPythonTarget, Target, UnixTarget, find_micropython
from thumbnet.trainer import InputSpec

BUILDS = [
    Build(),
    Build(lanes=True),
    Build(weights="stream", buffer=64),
    Build("viper"),
    Build("viper", "stream", buffer=64),
]
SIZES = [[1, 1], [5, 3, 2], [64, 32, 10], [70, 13, 9, 3], [18, 40, 17, 6, 1]]


def artifact(folder: Path, build: Build, seed: int, levels: bool = False) -> Artifact:
    rng = np.random.default_rng(seed)
    sizes, hidden = SIZES[seed % len(SIZES)], HIDDEN[seed % len(HIDDEN)]
    last = "softmax" if sizes[-1] > 1 else ("sigmoid", "linear", "tanh")[seed % 3]
    model, x = random_model(rng, sizes, hidden, last, "none" if levels else "standard")
    if levels:
        model.input_spec = InputSpec((sizes[0],), minimum=0.0, maximum=255.0)
        x = rng.integers(0, 256, (200, sizes[0])) * (rng.random((200, sizes[0])) < 0.4)
    graph = convert(model, x, name="net").graph
    low, high, _, _ = extremes(graph)
    counts = np.vstack([rng.integers(low, high + 1, (12, low.size)), extremes(graph)])
    rows = np.array(readings(graph, counts))
    files = emit(graph, build, FACTS)
    write_artifact(folder, graph, load_board("unix"), build, files, rows, [], {})
    return load_artifact(folder / "net.py")


def assert_equal(target: Target, made: Artifact) -> None:
    verdict = finish(verify(target, made))
    assert verdict.ok, verdict.reason()
    assert verdict.equal == 20


@pytest.mark.parametrize("levels", [False, True])
@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("seed", range(10))
def test_on_the_unix_port(seed: int, build: Build, levels: bool, tmp_path: Path) -> None:
    needs_micropython()
    with UnixTarget("512k") as target:
        assert_equal(target, artifact(tmp_path, build, seed, levels))


@pytest.mark.parametrize("build", [b for b in BUILDS if not b.native])
@pytest.mark.parametrize("seed", range(5))
def test_on_cpython(seed: int, build: Build, tmp_path: Path) -> None:
    with CPythonTarget() as target:
        assert_equal(target, artifact(tmp_path, build, seed))


MAPPED = """
import vfs, net, json
rows = [json.loads(line) for line in open('rows.jsonl')]
print(json.dumps([list(net.scores(row)) for row in rows]))
"""


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize("seed", sharp(range(5), (0, 1, 4)))
def test_in_mapped_flash(seed: int, tier: str, tmp_path: Path) -> None:
    """The Unix port mounts an image of ROMFS as a board with mapped flash does."""
    import json

    from mpremote.romfs import make_romfs

    needs_micropython()
    made = artifact(tmp_path / "build", Build(tier, "romfs"), seed)
    (tmp_path / "rom").mkdir()
    (tmp_path / "rom" / "net.bin").write_bytes(made.files["net.bin"])
    image = make_romfs(str(tmp_path / "rom"), mpy_cross=False)
    (tmp_path / "image.romfs").write_bytes(image)
    (tmp_path / "net.py").write_bytes(made.files["net.py"])
    lines = "".join(json.dumps(row) + "\n" for row in made.inputs)
    (tmp_path / "rows.jsonl").write_text(lines, encoding="ascii")
    mount = "import vfs; vfs.mount(vfs.VfsRom(open('image.romfs', 'rb').read()), '/rom')\n"
    command = [str(find_micropython()), "-X", "heapsize=256k", "-c"]
    done = subprocess.run(
        [*command, mount + MAPPED], cwd=tmp_path, capture_output=True, timeout=600
    )
    answers = json.loads(done.stdout)
    assert answers == [row["scores"] for row in made.expected()]
    # Without the image the module names its file.
    done = subprocess.run([*command, "import net"], cwd=tmp_path, capture_output=True, timeout=600)
    assert b"net.bin is not in mapped flash" in done.stdout + done.stderr


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize("weights", ["module", "stream"])
def test_compiled_module(tier: str, weights: str, tmp_path: Path) -> None:
    needs_micropython()
    model, x = random_model(np.random.default_rng(4), [9, 8, 3], "tanh", "softmax", "standard")
    program = convert(model, x, name="net", board="unix", tier=tier, weights=weights, mpy=True)
    made = program.write(tmp_path, x)
    assert made.path.name == "net.mpy"
    with UnixTarget("24k") as target:  # the source needs more
        verdict = finish(verify(target, load_artifact(made.path)))
    assert verdict.ok, verdict.reason()


@pytest.mark.parametrize(("tier", "weights"), [("viper", "module"), ("viper", "stream")])
@pytest.mark.parametrize("levels", [False, True])
def test_predict_allocates_nothing(tier: str, weights: str, levels: bool, tmp_path: Path) -> None:
    needs_micropython()
    made = artifact(tmp_path, Build(tier, weights, buffer=128), 2, levels)
    row = [int(v) for v in made.inputs[3]] if levels else [0] * len(made.inputs[0])
    kinds = [row, tuple(row), bytes(row), bytearray(row)]
    code = f"""
import gc, net
def allocated(values):
    net.predict(values)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(10):
        net.predict(values)
    taken = gc.mem_alloc() - before
    gc.enable()
    return taken
print([allocated(values) for values in {kinds!r}])
"""
    command = [str(find_micropython()), "-X", "heapsize=512k", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.stdout.strip() == "[0, 0, 0, 0]", done.stdout + done.stderr


def test_a_large_network_in_a_small_heap(tmp_path: Path) -> None:
    """784-512-10 has 407,050 parameters: streamed, 64 KB of heap are enough."""
    needs_micropython()
    rng = np.random.default_rng(0)
    model, _ = random_model(rng, [784, 512, 10], "relu", "softmax", "none")
    model.input_spec = InputSpec((784,), minimum=0.0, maximum=255.0)
    x = rng.integers(0, 256, (100, 784)) * (rng.random((100, 784)) < 0.2)
    board = load_board("unix")
    for tier in ("plain", "viper"):
        program = convert(model, x, name="net", board=board, tier=tier, weights="stream")
        made = program.write(tmp_path / tier, x[:6])
        assert sum(map(len, made.files.values())) > 407_050
        with UnixTarget("64k") as target:
            verdict = finish(verify(target, made))
        assert verdict.ok, verdict.reason()
        assert verdict.inputs == 10
