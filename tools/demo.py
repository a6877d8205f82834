"""The whole path in one go: train, export, run held-out examples on MicroPython, compare."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from thumbnet.export import Artifact, convert
from thumbnet.trainer import Callback, Dataset, Model, OneCycle, ThumbnetError

from .architecture import shaped
from .bench import Measurement, bench
from .recipe import build, fit
from .subjects import SUBJECTS, Subject
from .targets import JsonObject, Target
from .verify import Verdict, verify

Row = Callable[[int], None]


@dataclass(frozen=True)
class Trained:
    """A network, what it learned from, and examples that it has never seen."""

    name: str
    model: Model
    train: Dataset
    test: Dataset

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return SUBJECTS[self.name]


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
        """Share of the test examples that the float network gets right, on the PC."""
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


def train(name: str, watch: Callback, seed: int = 0) -> Trained:
    """Train the network of a subject."""
    subject = SUBJECTS[name]
    recipe = replace(subject.recipe, seed=seed)
    train_set, test_set = (shaped(data, recipe) for data in subject.load(seed))
    model = build(train_set, recipe, name=name)
    cycle = [OneCycle(recipe.learning_rate)] if recipe.learning_rate else []
    fit(model, train_set, test_set, recipe, [*cycle, watch])
    return Trained(name, model, train_set, test_set)


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
    """Save the model and write its module, with test examples as vectors."""
    model, test = trained.model, trained.test
    model.save(folder / f"{trained.name}.npz")
    program = convert(model, model.samples["calibration"], name=trained.name)
    return program.write(folder, test.x, test.y, vectors=trained.subject.vectors)


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


def interesting(demo: Demo) -> list[int]:
    """Rows worth a look: of different classes, and one that the board got wrong if there is one."""
    count = demo.trained.subject.shown
    truth = _truth(demo)
    said = [answer.get("predict") for answer in demo.verdict.answers[: len(truth)]]
    wrong = [row for row, label in enumerate(truth) if said[row] != label]
    right: dict[int, int] = {}
    for row, label in enumerate(truth):
        if said[row] == label and (not wrong or label != truth[wrong[0]]):
            right.setdefault(label, row)
    return [*list(right.values())[: count - len(wrong[:1])], *wrong[:1]]


def _truth(demo: Demo) -> list[int]:
    """The classes of the rows that ran."""
    targets = demo.artifact.targets
    return [int(target) for target in targets if target is not None]


def picture(demo: Demo, row: int, unicode: bool) -> list[str]:
    """Lines that show a test example."""
    test = demo.trained.test
    return demo.trained.subject.look(test, test.x[row], unicode)


def caption(demo: Demo, row: int) -> str:
    """What the board said of an example."""
    labels = demo.trained.test.labels or ()
    answer, truth = demo.verdict.answers[row], _truth(demo)[row]
    said = int(answer["predict"])
    sure = answer["probabilities"][said] / 32768
    text = f"board: {labels[said]} ({sure:.1%})"
    return text if said == truth else f"board: {labels[said]}, is a {labels[truth]}"
