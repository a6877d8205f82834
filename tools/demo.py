"""The whole path in some seconds: train on digits, export, run every test image, compare."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from thumbnet.export import Artifact, convert
from thumbnet.trainer import Callback, Dataset, Sequential, ThumbnetError, load_digits
from thumbnet.trainer import train_test_split as split

from .bench import Measurement, bench
from .pictures import Array
from .recipe import Recipe, build, fit
from .targets import JsonObject, Target
from .verify import Verdict, verify

RECIPE = Recipe(hidden=(32,), epochs=60)
NAME = "digits"

Row = Callable[[int], None]


@dataclass(frozen=True)
class Trained:
    """A network that reads digits, and the pictures it has never seen."""

    model: Sequential
    train: Dataset
    test: Dataset


@dataclass(frozen=True)
class Demo:
    """What the demo found out.

    Attributes:
        seconds: wall-clock time of everything.
    """

    trained: Trained
    artifact: Artifact
    verdict: Verdict
    measured: Measurement
    seconds: float

    @property
    def float_accuracy(self) -> float:
        """Share of the test pictures that the float network reads right, on the PC."""
        return float(self.trained.model.info["accuracy"])

    def as_json(self) -> JsonObject:
        """What `--json` prints."""
        return {
            **self.verdict.as_json(),
            "accuracy_float": self.float_accuracy,
            **{k: v for k, v in self.measured.as_json().items() if k != "target"},
            "module": str(self.artifact.path),
            "seconds": round(self.seconds, 2),
        }


def train(watch: Callback, seed: int = 0) -> Trained:
    """Train 64-32-10 on four fifths of the shipped digits."""
    recipe = Recipe(hidden=RECIPE.hidden, epochs=RECIPE.epochs, seed=seed)
    train_set, test_set = split(load_digits(), seed=seed)
    model = build(train_set, recipe, name=NAME)
    fit(model, train_set, test_set, recipe, [watch])
    return Trained(model, train_set, test_set)


def make_folder(folder: Path) -> None:
    """Make the folder for the results, before any work is done.

    Raises:
        ThumbnetError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ThumbnetError(
            f"cannot make {folder} ({error.strerror}): choose another folder with -o"
        ) from None


def export(trained: Trained, folder: Path) -> Artifact:
    """Save the model and write its module with every test picture as a vector."""
    trained.model.save(folder / f"{NAME}.npz")
    program = convert(trained.model, trained.model.samples["calibration"], name=NAME)
    return program.write(folder, trained.test.x, trained.test.y, vectors=None)


def prove(trained: Trained, artifact: Artifact, target: Target, started: float, row: Row) -> Demo:
    """Run all vectors on the target, compare, then measure.

    Args:
        started: time.perf_counter() when the demo began.
        row: told the number of rows answered so far.
    """
    verdict = Verdict(target.name)
    for verdict in verify(target, artifact):
        row(verdict.answered)
    measured = bench(target, artifact)
    return Demo(trained, artifact, verdict, measured, time.perf_counter() - started)


def interesting(demo: Demo, count: int) -> list[int]:
    """Rows worth a look: of different digits, and one that the board misread if there is one."""
    truth = demo.trained.test.y.tolist()
    said = [answer.get("predict") for answer in demo.verdict.answers[: len(truth)]]
    wrong = [row for row, digit in enumerate(truth) if said[row] != digit]
    right: dict[int, int] = {}
    for row, digit in enumerate(truth):
        if said[row] == digit and (not wrong or digit != truth[wrong[0]]):
            right.setdefault(digit, row)
    return [*list(right.values())[: count - len(wrong[:1])], *wrong[:1]]


def picture(demo: Demo, row: int) -> Array:
    """The pixels of a test picture, (8, 8), from 0 to 16."""
    shape = demo.trained.test.image_shape
    assert shape is not None
    pixels: Array = demo.trained.test.x[row].reshape(shape)
    return pixels


def caption(demo: Demo, row: int) -> str:
    """What the board said of a picture."""
    labels = demo.trained.test.labels or ()
    answer, truth = demo.verdict.answers[row], int(demo.trained.test.y[row])
    said = int(answer["predict"])
    sure = answer["probabilities"][said] / 32768
    text = f"board: {labels[said]} ({sure:.1%})"
    return text if said == truth else f"board: {labels[said]}, is a {labels[truth]}"
