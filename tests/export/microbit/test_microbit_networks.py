"""Networks exported for a BBC micro:bit v1, on its own firmware: every integer equals the PC's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.emulators import needs_qemu
from support.networks import random_model
from support.sharp import sharp

from thumbnet.export import Program, convert, load_artifact
from thumbnet.export.program.vector_rows import extremes, readings
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets.microbit import MicrobitTarget
from thumbnet.trainer import InputSpec, ThumbnetError

CASES = [
    ([6, 8, 3], "relu", "softmax", "standard"),
    ([5, 4, 1], "tanh", "sigmoid", "standard"),
    ([5, 4, 2], "sigmoid", "linear", "standard"),
    ([7, 3, 2], "relu", "sigmoid", "minmax"),
    ([9, 12, 6, 1], "leaky_relu", "linear", "none"),
    ([1, 1], "relu", "sigmoid", "none"),
]


def pixels(inputs: int, seed: int) -> tuple[Program, np.ndarray]:
    rng = np.random.default_rng(seed)
    model, _ = random_model(rng, [inputs, 16, 10], "leaky_relu", "softmax", "none")
    model.input_spec = InputSpec((inputs,), minimum=0.0, maximum=255.0)
    x = rng.integers(0, 256, (60, inputs)) * (rng.random((60, inputs)) < 0.25)
    return convert(model, x, name="digits", board="microbit"), x


@pytest.mark.emulated
@pytest.mark.parametrize("case", sharp(range(len(CASES)), (0, 1, 2, 4)))
def test_sensors(case: int, tmp_path: Path) -> None:
    needs_qemu()
    sizes, hidden, last, scaling = CASES[case]
    rng = np.random.default_rng(case)
    model, x = random_model(rng, sizes, hidden, last, scaling)
    program = convert(model, x, name="net", board="microbit")
    low, high, _, _ = extremes(program.graph)
    counts = np.vstack([rng.integers(low, high + 1, (6, low.size)), extremes(program.graph)])
    made = program.write(tmp_path, np.array(readings(program.graph, counts)))
    assert made.path.name == "net.hex"
    with MicrobitTarget() as target:
        verdict = finish(verify(target, load_artifact(made.path)))
    assert verdict.ok, verdict.reason()
    assert verdict.equal == 14


@pytest.mark.emulated
@pytest.mark.parametrize("inputs", sharp([1, 4, 11, 15, 12, 97, 784], (1, 15, 97)))
def test_pixels(inputs: int, tmp_path: Path) -> None:
    """Inputs that end in the middle of a word, of a group of weights, and of a chunk of flash."""
    needs_qemu()
    program, x = pixels(inputs, inputs)
    made = program.write(tmp_path, x[:8])
    with MicrobitTarget() as target:
        verdict = finish(verify(target, made))
        assert verdict.ok, verdict.reason()
        assert verdict.equal == 12
        measured = bench(target, made, rows=3)
    assert measured.heap_bytes_per_inference == 0


@pytest.mark.emulated
def test_lists_and_wrong_readings(tmp_path: Path) -> None:
    needs_qemu()
    program, x = pixels(30, 1)
    made = program.write(tmp_path, x[:2])
    row = [int(v) for v in x[0]]
    wanted = program.scores(x[:1])[0].tolist()
    with MicrobitTarget() as target:
        target.put(made.files)
        target.execute("import digits as M")
        for kind in (bytes(row), bytearray(row), row, tuple(row)):
            assert target.execute(f"print(list(M.scores({kind!r})))").strip() == str(wanted)
        assert target.execute("print(M.LABELS)").strip().startswith("(")
        for wrong in ("[1]", "5 * [1]", "30 * [256]", "30 * [-1]", "29 * [0] + [2.5]", "'a' * 30"):
            with pytest.raises(ThumbnetError, match="expected 30 of 0 to 255, as bytes or list"):
                target.execute(f"M.predict({wrong})")


@pytest.mark.emulated
def test_instructions_are_the_same_on_every_run(tmp_path: Path) -> None:
    needs_qemu()
    program, x = pixels(64, 5)
    made = program.write(tmp_path, x[:4])
    runs = []
    for _ in range(2):
        with MicrobitTarget() as target:
            module = target.stage(made.name, made.files)
            lines = list(target.run("bench", module, made.inputs[:3]))
            runs.append([line["instructions"] for line in lines[1:-1]])
    assert runs[0] == runs[1]
    assert all(0 < n < 100_000 for n in runs[0])
