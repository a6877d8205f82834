"""The `Stream` of exported modules: its decisions are those of the PC, and it takes no heap."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.micropython import needs_micropython
from support.motions import LABELS, motion, motions
from support.networks import run_module
from support.streams import HOP, WINDOW, decisions, joined, model, program, windows

from thumbnet.export import Program, convert
from thumbnet.export.mpy import compile_mpy
from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import Dense, Normalization, Recording, Sequential, ThumbnetError, cut

FIRMWARE = Path(__file__).parents[1] / "firmware"
ALL = ("mean", "deviation", "rms", "crossings", "bands")
FEATURES = ["raw", ALL, ("deviation",), ("bands", "mean")]


def on_unix(folder: Path, made: Program, code: str, **names: Any) -> Any:
    """Run code in which the module is M; what it prints last is JSON."""
    needs_micropython()
    made.write(folder)
    script = [f"{name} = {value!r}" for name, value in names.items()]
    (folder / "run.py").write_text("\n".join(["import gc, json, gestures as M", *script, code]))
    command = [str(find_micropython()), "-X", "heapsize=256k", "run.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


PUSH = "s = M.Stream()\nprint(json.dumps([[s.push(v) for v in samples], s.label]))"


@pytest.mark.parametrize("vote", [(1, 3), (2, 3), (1, 1)])
@pytest.mark.parametrize("features", FEATURES, ids=str)
def test_decisions_are_those_of_the_pc(
    features: Any, vote: tuple[int, int], tmp_path: Path
) -> None:
    made = program(features, vote=vote)
    one = joined([motion(label, 20 + k, 90) for k, label in enumerate((*LABELS, "shake"))])
    wanted = decisions(made, one, features, *vote)
    assert len({k for k in wanted if k is not None}) > 1, "the test tells nothing"
    found, label = on_unix(tmp_path, made, PUSH, samples=one.values.tolist())
    assert found == wanted
    last = [k for k in wanted if k is not None][-1]
    assert label == LABELS[last]
    # The module runs on the PC too.
    stream = run_module(made.module())["Stream"]()
    assert [stream.push(v) for v in one.values.tolist()] == wanted


@pytest.mark.parametrize(("tier", "weights"), [("viper", "module"), ("plain", "stream")])
@pytest.mark.parametrize("features", FEATURES[:2], ids=str)
def test_other_builds(features: Any, tier: str, weights: str, tmp_path: Path) -> None:
    made = program(features, board="unix", tier=tier, weights=weights)
    one = joined([motion(label, 40 + k, 70) for k, label in enumerate(LABELS)])
    found, _ = on_unix(tmp_path, made, PUSH, samples=one.values.tolist())
    assert found == decisions(made, one, features, 1, 3)


def test_beyond_the_training_data(tmp_path: Path) -> None:
    """What shakes much harder is clamped, not refused."""
    wild = motion("shake", 3)
    wild = joined([wild, type(wild)(wild.values * 1000, "shake", 50, "", wild.channels)])
    for features in ("raw", ALL):
        made = program(features)
        found, _ = on_unix(tmp_path, made, PUSH, samples=wild.values.tolist())
        assert [k for k, index in enumerate(found) if index is not None] == list(
            range(WINDOW - 1, 400, HOP)
        )


def test_counts_of_more_than_16_bits(tmp_path: Path) -> None:
    large = [
        Recording(one.values * 80, one.label, one.rate, one.name, one.channels)
        for one in (*motions(2), motion("shake", 9, 90))
    ]
    data = cut(large, WINDOW, HOP, ("mean", "rms"))
    assert data.stream.reach > 2**17
    made = Sequential([Normalization().adapt(data.x), Dense(3, "softmax")], seed=1)
    made.build((6,))
    data.prepare(made)
    exported = convert(made, data.x, name="gestures")
    samples = large[-1].values.tolist()
    code = "s = M.Stream()\nfor v in samples: s.push(v)\nprint(json.dumps(list(M.VALUES)))"
    last = data.x[data.recording == 6][-1]
    assert on_unix(tmp_path, exported, code, samples=samples) == last.astype(int).tolist()


HEAP = """
s = M.Stream()
for k in range(3 * M.WINDOW):
    s.push(samples[k % len(samples)])
def taken(rows):
    before = gc.mem_alloc()
    for v in rows:
        s.push(v)
    return gc.mem_alloc() - before
none, one, many = samples[:0], samples[:1], samples[:40]
taken(many), taken(none)
gc.collect()
gc.disable()
print(json.dumps([taken(none), [taken(one) for _ in range(50)], taken(many)]))
"""


@pytest.mark.parametrize("features", FEATURES, ids=str)
def test_heap(features: Any, tmp_path: Path) -> None:
    """Nothing for a sample of integers; nor for a classification, where predict takes nothing."""
    samples = [[k % 7, -3 * k % 11, k % 3] for k in range(40)]
    made = program(features, board="unix", tier="viper")
    nothing, each, many = on_unix(tmp_path, made, HEAP, samples=samples)
    assert (nothing, set(each), many) == (0, {0}, 0)
    # Tier plain: predict alone.
    made = program(features, board="unix", tier="plain", weights="stream")
    _, each, many = on_unix(tmp_path, made, HEAP, samples=samples)
    assert sum(taken > 0 for taken in each) <= 50 // HOP + 1


def test_wrong_samples(tmp_path: Path) -> None:
    code = """
s = M.Stream()
heard = []
for v in ([1, 2], [1, 2, 3, 4], 5, [1, "2", 3], [1, 2, float("nan")], None):
    try:
        s.push(v)
        heard.append(None)
    except ValueError as error:
        heard.append(str(error))
print(json.dumps(heard))
"""
    assert on_unix(tmp_path, program(ALL), code) == [
        "expected 3 numbers (x, y, z), got 2",
        "expected 3 numbers (x, y, z), got 4",
        "expected 3 numbers (x, y, z), got 5",
        "y is '2', expected a number",
        "z is nan, expected a number",
        "expected 3 numbers (x, y, z), got None",
    ]


@pytest.mark.parametrize("board", ["pico", "pico2", "esp32", "esp8266", "microbit_v2"])
def test_it_compiles_for_boards(board: str) -> None:
    """mpy-cross takes it, with the kernels of the board's fastest tier."""
    made = program(("deviation", "mean"), board=board)
    assert compile_mpy("gestures", made.module().encode(), made.board)


# The text of the module


def definitions(text: str) -> dict[str, str]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {
        node.name: ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        if isinstance(node, kinds)
    }


@pytest.mark.parametrize("features", FEATURES, ids=str)
def test_the_code_is_cut_from_firmware(features: Any) -> None:
    found = definitions(program(features).module())
    written = {}
    for path in (FIRMWARE / "stream").glob("*.py"):
        for name, text in definitions(path.read_text(encoding="utf-8")).items():
            written[f"{path.stem}.{name}"] = text
    own = {name for name in found if any(key.endswith(f".{name}") for key in written)}
    raw = features == "raw"
    assert {"Stream", "store", "features"} <= own
    assert own >= (set() if raw else set(features))
    assert not own & (set(ALL) - set(() if raw else features)), "what is not used is not there"
    for name in own:
        assert found[name] in [text for key, text in written.items() if key.endswith(f".{name}")]
    assert ("CHANNEL[k] = ring[i]" in found["features"]) != raw


def test_the_rest_is_literals() -> None:
    for features in FEATURES:
        for node in ast.parse(program(features).module()).body[1:]:  # type: ignore[arg-type]
            if isinstance(node, ast.Assign):
                called = {c.func.id for c in ast.walk(node) if isinstance(c, ast.Call)}  # type: ignore[attr-defined]
                assert called <= {"bytearray", "memoryview", "array", "lanes"}
            else:
                kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
                assert isinstance(node, kinds)


def test_header() -> None:
    text = re.sub(r"\s+", " ", ast.get_docstring(ast.parse(program(ALL).module())) or "")
    assert "Input: 21 numbers, the whole ones that Stream makes of its samples." in text
    assert (
        "Stream: samples of x, y, z (in steps of 0.001) at 50 Hz; 32 of them are classified every "
        "12, by mean, deviation, rms, crossings, bands of each. A decision is what most of the "
        "last 3 windows say." in text
    )
    assert "gestures.Stream().push(sample) # class index where there is a decision" in text
    text = re.sub(r"\s+", " ", program("raw", vote=(2, 3)).module())
    assert "are classified every 12. A decision is what 2 of the last 3 windows say." in text
    text = program("raw", vote=1).module()
    assert "A decision" not in text


def test_no_stream_without_settings() -> None:
    data = windows("raw")
    made = Sequential([Dense(3, "softmax")])
    made.build((96,))
    made.labels = LABELS
    text = convert(made, data.x.reshape(len(data), -1), name="net").module()
    assert "Stream" not in text
    assert "class " not in text.partition('"""\n')[2].replace("class index", "")


# What is refused at export


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ThumbnetError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_settings_of_another_network() -> None:
    made = model(("deviation",))
    made.info["stream"], kept = windows(ALL).stream.get_config(), made.info["stream"]
    try:
        x = windows(("deviation",)).x
        assert refusal(lambda: convert(made, x)) == (
            "export: the network reads 3 numbers, its stream settings make 21 of a window: call "
            "windows.prepare(model) with the windows that it was trained on"
        )
        made.info["stream"] = {"window": 5}
        assert "stream settings of the model are not understood" in refusal(
            lambda: convert(made, x)
        )
    finally:
        made.info["stream"] = kept


def test_a_stream_needs_labels() -> None:
    data = windows(("deviation",))
    made = Sequential([Dense(1)])
    made.build((3,))
    data.prepare(made)
    made.labels = None
    assert "a Stream decides between labels, this network has none" in refusal(
        lambda: convert(made, data.x)
    )


def test_a_stream_needs_room() -> None:
    assert refusal(lambda: program(("deviation",), board="microbit")) == (
        "board microbit has 9,400 bytes of heap, too few for a Stream beside a network: export for "
        "one with more, such as microbit_v2"
    )
    assert "class Stream" in program(("deviation",), board="microbit_v2").module()
