"""The `Stream` of exported modules: it decides as on the PC, and takes no heap."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.micropython import needs_micropython
from support.motions import LABELS, motion, motions
from support.networks import run_module
from support.streams import HOP, WINDOW, decisions, joined, program

from thumbnet.export import Program, convert
from thumbnet.export.board_fit.estimate import estimate
from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import (
    Conv1D,
    Dense,
    Flatten,
    GlobalAveragePooling1D,
    Normalization,
    Recording,
    Sequential,
    cut,
)

ALL = ("mean", "deviation", "rms", "crossings", "bands")
FEATURES = ["raw", ALL, ("deviation",), ("bands", "mean")]


def on_unix(folder: Path, made: Program, code: str, **names: Any) -> Any:
    """Run code in which the module is M; what it prints last is JSON."""
    needs_micropython()
    made.write(folder)
    script = [f"{name} = {value!r}" for name, value in names.items()]
    (folder / "run.py").write_text("\n".join(["import gc, json, gestures as M", *script, code]))
    command = [str(find_micropython()), "-X", "heapsize=256k", "run.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
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
    """Much stronger motion is clamped, not rejected."""
    wild = motion("shake", 3)
    wild = joined([wild, type(wild)(wild.values * 1000, "shake", 50, "", wild.channels)])
    for features in ("raw", ALL):
        made = program(features)
        found, _ = on_unix(tmp_path, made, PUSH, samples=wild.values.tolist())
        assert [k for k, index in enumerate(found) if index is not None] == list(
            range(WINDOW - 1, 400, HOP)
        )


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize("features", ["raw", ("mean", "rms")], ids=str)
def test_counts_of_more_than_16_bits(features: Any, tier: str, tmp_path: Path) -> None:
    large = [
        Recording(np.round(one.values * 30_000), one.label, one.rate, one.name, one.channels)
        for one in (*motions(2), motion("shake", 9, 90))
    ]
    data = cut(large, WINDOW, HOP, features)
    assert data.stream.reach > 2**17
    made = Sequential([Normalization().adapt(data.x), Flatten(), Dense(3, "softmax")], seed=1)
    made.build(data.x.shape[1:])
    data.prepare(made)
    exported = convert(made, data.x, name="gestures", board="unix", tier=tier, weights="stream")
    samples = large[-1].values.tolist()
    code = "s = M.Stream()\nfor v in samples: s.push(v)\nprint(json.dumps(list(M.VALUES)))"
    last = data.x[data.recording == 6][-1]
    found = on_unix(tmp_path, exported, code, samples=samples)
    assert found == last.ravel().astype(int).tolist()


def test_one_sigmoid(tmp_path: Path) -> None:
    """Two labels by a threshold on one score: the stream uses that predict."""
    two = [one for one in motions(3) if one.label != "wave"]
    data = cut(two, WINDOW, HOP, "deviation")
    made = Sequential([Normalization().adapt(data.x), Dense(1, "sigmoid")], seed=0)
    made.compile("adam", "binary_crossentropy")
    made.fit(data.x, data.y, epochs=300, seed=0)
    data.prepare(made, vote=1)
    exported = convert(made, data.x, name="gestures")
    assert exported.module().count("\ndef predict(") == 1
    one = joined([motion("rest", 9, 70), motion("shake", 9, 70)])
    found, label = on_unix(tmp_path, exported, PUSH, samples=one.values.tolist())
    assert label == "shake"
    x = cut([one, *two], WINDOW, HOP, "deviation").x[: (140 - WINDOW) // HOP + 1]
    assert [k for k in found if k is not None] == exported.predict(x).tolist()


@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_a_convolution_reads_the_window_itself(tier: str, tmp_path: Path) -> None:
    data = cut(motions(3), WINDOW, HOP)
    layers = [Normalization().adapt(data.x), Conv1D(4, 3, strides=2, activation="relu")]
    made = Sequential([*layers, GlobalAveragePooling1D(), Dense(3, "softmax")], seed=1)
    made.compile("adam", "sparse_categorical_crossentropy")
    made.fit(data.x, data.y, epochs=30, seed=1)
    data.prepare(made, vote=1)
    exported = convert(made, data.x, name="gestures", board="unix", tier=tier)
    one = joined([motion(label, 20, 90) for label in LABELS])
    found, _ = on_unix(tmp_path, exported, PUSH, samples=one.values.tolist())
    x = cut([one, *motions(3)], WINDOW, HOP)
    wanted = exported.predict(x.x[x.recording == 0]).tolist()
    assert [k for k in found if k is not None] == wanted
    assert len(set(wanted)) > 1
    if tier == "viper":
        samples = [[k % 7, -3 * k % 11, k % 3] for k in range(40)]
        nothing, each, many = on_unix(tmp_path, exported, HEAP, samples=samples)
        assert (nothing, set(each), many) == (0, {0}, 0)


def test_the_estimate_counts_it(tmp_path: Path) -> None:
    """The estimated heap, at import and kept, is right to a fifth for a module with a stream."""
    needs_micropython()
    made = program(ALL, board="unix", tier="viper")
    made.write(tmp_path)
    expected = estimate(made.graph, made.board, "viper", made.build.weights)
    code = "import gc; gc.collect(); a = gc.mem_alloc(); import gestures; gc.collect(); "
    code += "print(gc.mem_alloc() - a)"

    def run(heap: float) -> str:
        command = [str(find_micropython()), "-X", f"heapsize={round(heap)}", "-c", code]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        return done.stdout.strip() if done.returncode == 0 else ""

    assert run(1.2 * expected.import_heap)
    assert not run(0.8 * expected.import_heap)
    assert int(run(400_000)) < expected.steady_heap < 2 * int(run(400_000))
    without = estimate(replace(made.graph, stream=None), made.board, "viper", made.build.weights)
    assert without.import_heap < 0.7 * expected.import_heap


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
    """A sample of integers takes no heap, nor does a decision if predict takes none."""
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
        "expected a list of 3 (x, y, z), got 2",
        "expected a list of 3 (x, y, z), got 4",
        "expected a list of 3 (x, y, z), got 5",
        "y is '2', expected a number",
        "z is nan, expected a number",
        "expected a list of 3 (x, y, z), got None",
    ]
