"""The example sketches, each with an exported module, on a fake board that replays a recording."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.data import needs_aeon
from support.micropython import needs_micropython

from thumbnet.export import Program, convert
from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import (
    Dense,
    Normalization,
    Recording,
    Rescaling,
    Reshape,
    Sequential,
    cut,
    load_digits,
    load_motions,
    resize_bilinear,
)

ROOT = Path(__file__).parents[2]
SKETCHES = ROOT / "firmware" / "sketches"
WINDOW, HOP = 40, 20


def as_read(one: Recording, sensor: str) -> Recording:
    """A recording of a smartwatch in the numbers of a sensor, replayed at its rate."""
    acceleration, rotation = np.split(one.values, 2, axis=1)
    if sensor == "microbit_accelerometer":  # 1,000 are 1 g
        values, names = np.round(acceleration * 1000 / 9.81), ("x", "y", "z")
    elif sensor == "lis3dh":  # 12 bits, in the upper part of 16
        values, names = np.clip(np.round(acceleration * 100), -2048, 2047) * 16, ("x", "y", "z")
    else:
        both = np.hstack([acceleration * 16384 / 9.81, rotation * 900])
        values, names = np.clip(np.round(both), -32768, 32767), ("ax", "ay", "az", "gx", "gy", "gz")
    return Recording(values, one.label, 50 if "micro" in sensor else 100, one.name, names)


@cache
def motions() -> tuple[list[Recording], list[Recording]]:
    needs_aeon()
    return load_motions()


@cache
def gestures(sensor: str) -> Program:
    made = [as_read(one, sensor) for one in motions()[0]]
    data = cut(made, WINDOW, HOP, ("mean", "deviation", "crossings"))
    model = Sequential(
        [Normalization().adapt(data.x), Dense(6, "relu"), Dense(4, "softmax")], seed=0
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(data.x, data.y, epochs=60, seed=0)
    data.prepare(model)
    return convert(model, data.x, name="gestures")


@cache
def digits(side: int) -> tuple[Program, np.ndarray]:
    """A reader of digits in side x side pixels from 0 to 255, and some pictures."""
    data = load_digits()
    pictures = resize_bilinear(data.x[:400].reshape(-1, 8, 8), (side, side)) / 16 * 255
    x = np.round(pictures).reshape(400, -1).astype(np.uint8)
    model = Sequential([Rescaling(1 / 255), Dense(10, "softmax")], seed=0)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, data.y[:400], epochs=30, seed=0)
    model.labels = data.labels
    return convert(model, x, name="digits"), x


@cache
def generator() -> tuple[Program, np.ndarray]:
    """A network of random weights that draws 8 x 8 pixels, and what it reads for ten digits."""
    x = np.random.default_rng(0).integers(0, 256, (10, 26))
    x[:, 16:] = 255 * np.eye(10, dtype=int)
    layers = [Rescaling(1 / 127.5, -1), Dense(12, "relu"), Dense(64, "sigmoid"), Reshape((8, 8))]
    model = Sequential(layers, seed=0)
    model.build((26,))
    return convert(model, x.astype(np.uint8), name="generator"), x


def run(
    folder: Path, kind: str, made: Program, recorded: Any, text: str | None = None
) -> list[str]:
    """Run a sketch to the end of the recording; return its output."""
    needs_micropython()
    made.write(folder)
    (folder / "recorded.json").write_text(json.dumps(recorded))
    (folder / "sketch.py").write_text(text or (SKETCHES / f"{kind}.py").read_text())
    shutil.copy(ROOT / "tests" / "device" / "fake_board.py", folder)
    command = [str(find_micropython()), "-X", "heapsize=1m", "fake_board.py", kind, "sketch.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


@cache
def replayed(sensor: str) -> tuple[list[list[int]], list[str]]:
    """Samples of recordings that training did not see, and the decisions of a stream on the PC."""
    test = motions()[1]
    labels = sorted({one.label for one in test})
    # Two of each, none of which the network was trained on.
    chosen = [[one for one in test if one.label == label][:2] for label in labels]
    parts = [as_read(one, sensor) for pair in chosen for one in pair]
    values = np.concatenate([part.values for part in parts]).astype(int).tolist()
    names: dict[str, Any] = {}
    exec(gestures(sensor).module(), names)
    stream = names["Stream"]()
    heard = [stream.label for v in values if stream.push(v) is not None]
    assert set(heard) == set(labels)
    return values, heard


@pytest.mark.parametrize("sensor", ["mpu6050", "lis3dh", "microbit_accelerometer"])
def test_sensors(sensor: str, tmp_path: Path) -> None:
    values, wanted = replayed(sensor)
    *heard, taken = run(tmp_path, sensor, gestures(sensor), values)
    # Every sample once, none left out: the sketch keeps the rate.
    assert json.loads(taken) == list(range(len(values)))
    if sensor == "microbit_accelerometer":
        wanted = [label[0] for label in wanted]
    assert heard == wanted


WRONG = [
    ("mpu6050", "0x6B", "0x6C", "not a register to write"),
    ("mpu6050", "0x68", "0x69", "19"),
    ("mpu6050", "0x3B", "0x3D", None),
    ("mpu6050", '">7h"', '"<7h"', None),
    ("mpu6050", "ticks_add(due, 10)", "ticks_add(due, 12)", None),
    ("lis3dh", "0x28 | 0x80", "0x28", None),
    ("lis3dh", 'x57"', 'x27"', "not 100 Hz"),
    ("lis3dh", 'x88"', 'x80"', "not of high resolution"),
    ("lis3dh", "status[0] & 8", "True", None),
    ("microbit_accelerometer", "due += 20", "due += 10", None),
]


@pytest.mark.parametrize(("sensor", "old", "new", "said"), WRONG)
def test_the_fakes_tell_wrong_from_right(
    sensor: str, old: str, new: str, said: str | None, tmp_path: Path
) -> None:
    text = (SKETCHES / f"{sensor}.py").read_text()
    assert old in text
    values, wanted = replayed(sensor)
    *heard, last = run(tmp_path, sensor, gestures(sensor), values, text.replace(old, new))
    if said is not None:
        assert said in last
        return
    if sensor == "microbit_accelerometer":
        wanted = [label[0] for label in wanted]
    assert heard != wanted or json.loads(last) != list(range(len(values)))


def test_a_camera(tmp_path: Path) -> None:
    made, x = digits(16)
    frames = [np.kron(row.reshape(16, 16), np.ones((6, 6), int)) for row in x[:5]]
    frames.append(np.random.default_rng(0).integers(0, 256, (96, 96)))
    heard = run(tmp_path, "image_16x16", made, [frame.ravel().tolist() for frame in frames])
    means = [frame.reshape(16, 6, 16, 6).sum(axis=(1, 3)).ravel() // 36 for frame in frames]
    labels = made.task.labels
    assert heard[:-1] == [labels[k] for k in made.predict(np.array(means))]
    assert len(set(heard[:-1])) > 2


def test_a_drawing(tmp_path: Path) -> None:
    """Digits from the data set, touched where they are dark, and the corners of the screen."""
    made, x = digits(28)
    strokes = [
        (np.argwhere(row.reshape(28, 28) > 160)[:, ::-1] * 4096 + 2048) // 28 for row in x[:10]
    ]
    strokes.append(np.array([[0, 0], [4095, 4095], [4095, 0], [0, 4095]]))
    heard = run(tmp_path, "image_28x28", made, [stroke.tolist() for stroke in strokes])
    pictures = np.zeros((len(strokes), 28, 28), int)
    for picture, stroke in zip(pictures, strokes, strict=True):
        for column, line in stroke * 27 // 4096:
            picture[line : line + 2, column : column + 2] = 255
    labels = made.task.labels
    assert heard[:-1] == [labels[k] for k in made.predict(pictures.reshape(len(strokes), -1))]
    drawn = zip(heard[:10], load_digits().y[:10], strict=True)
    assert sum(label == str(y) for label, y in drawn) >= 8


def test_drawing_in_the_terminal(tmp_path: Path) -> None:
    made, x = generator()
    lines = run(tmp_path, "generator_terminal", made, x[:, :16].ravel().tolist())[:-1]
    images = made.predict(x)
    shades = np.array(list(" .+*#"))[images // 52]
    assert lines == ["".join(2 * shade for shade in row) for row in shades.reshape(80, 8)]
    assert len(set(images.ravel())) > 20


def test_drawing_on_a_display(tmp_path: Path) -> None:
    """Images of the network, one after the other, on a screen that keeps them."""
    made, x = generator()
    wishes = np.concatenate([x, x[:4]])
    said = run(tmp_path, "generator_display", made, wishes[:, :16].ravel().tolist())[:-1]
    screen = np.zeros((64, 128), bool)
    for k, image in enumerate(made.predict(wishes)):
        row, column = 10 * (k // 12), 10 * (k % 12)
        screen[row : row + 8, column : column + 8] = image > 127
        assert json.loads(said[k]) == np.argwhere(screen)[:, ::-1].tolist()
    assert len(said) == len(wishes)


@pytest.mark.parametrize("path", sorted(SKETCHES.glob("*.py")), ids=lambda path: path.stem)
def test_short_and_for_micropython(path: Path) -> None:
    text = path.read_text()
    code = [line for line in text.splitlines() if line.strip() and not line.startswith("import")]
    assert len(code) <= 32
    assert ast.get_docstring(ast.parse(text))


def test_all_sketches_are_run() -> None:
    tests = (Path(__file__), Path(__file__).with_name("test_sound_sketches.py"))
    here = "".join(path.read_text() for path in tests)
    for path in SKETCHES.glob("*.py"):
        assert f'"{path.stem}"' in here, path
