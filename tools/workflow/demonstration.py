"""The steps of `thumbnet demo`: train, export, run test examples on MicroPython, compare."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from thumbnet.export import Artifact, convert
from thumbnet.trainer import Callback, Dataset, Model, OneCycle, ThumbnetError

from ..json_lines import JsonObject
from ..run.measurement import Measurement, bench
from ..run.verification import Verdict, verify
from ..targets import Target
from .architecture import build, with_input_shape
from .demo_tasks import DEMO_TASKS, DemoTask
from .training import fit

Report = Callable[[int], None]


@dataclass(frozen=True)
class Trained:
    """A network, its training set, and a test set that it has never seen."""

    name: str
    model: Model
    train: Dataset
    test: Dataset

    @property
    def task(self) -> DemoTask:
        """The task of the demo."""
        return DEMO_TASKS[self.name]


@dataclass(frozen=True)
class Demo:
    """The results of a demo.

    Attributes
    ----------
    seconds
        Wall-clock time of everything.

    """

    trained: Trained
    artifact: Artifact
    verdict: Verdict
    measured: Measurement
    seconds: float

    @property
    def float_accuracy(self) -> float:
        """Accuracy of the float network on the test set, on the PC."""
        return float(self.trained.model.info["accuracy"])

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        return {
            **self.verdict.as_json(),
            "accuracy_float": self.float_accuracy,
            **{k: v for k, v in self.measured.as_json().items() if k != "target"},
            "module": str(self.artifact.path),
            "seconds": round(self.seconds, 2),
        }


def train(name: str, watch: Callback, seed: int = 0) -> Trained:
    """Train the network of a task; `watch` is called after each epoch."""
    task = DEMO_TASKS[name]
    settings = replace(task.settings, seed=seed)
    train_set, test_set = (with_input_shape(data, settings) for data in task.load(seed))
    model = build(train_set, settings, name=name)
    cycle = [OneCycle(settings.learning_rate)] if settings.learning_rate else []
    fit(model, train_set, test_set, settings, [*cycle, watch])
    return Trained(name, model, train_set, test_set)


def make_folder(folder: Path) -> None:
    """Make the folder for the results, before any work is done.

    Raises
    ------
    ThumbnetError
        If the folder cannot be made.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ThumbnetError(
            f"cannot make {folder} ({error.strerror}): choose another folder with -o"
        ) from None


def export(trained: Trained, folder: Path) -> Artifact:
    """Save the model and write its module, with test rows as vectors."""
    model, test = trained.model, trained.test
    model.save(folder / f"{trained.name}.npz")
    program = convert(model, model.samples["calibration"], name=trained.name)
    return program.write(folder, test.x, test.y, vectors=trained.task.vectors)


def prove(
    trained: Trained, artifact: Artifact, target: Target, started: float, report: Report
) -> Demo:
    """Run all vectors on the target, compare the answers, then measure.

    Parameters
    ----------
    trained, artifact, target
        The network, its module, and where it runs.
    started
        `time.perf_counter()` when the demo began.
    report
        Called with the number of rows answered so far.

    """
    verdict = Verdict(target.name)
    for verdict in verify(target, artifact):
        report(verdict.answered)
    measured = bench(target, artifact)
    return Demo(trained, artifact, verdict, measured, time.perf_counter() - started)


def rows_to_show(demo: Demo) -> list[int]:
    """Return rows of different classes, with one that the board got wrong if there is any."""
    count = demo.trained.task.shown
    truth = _truth(demo)
    said = [answer.get("predict") for answer in demo.verdict.answers[: len(truth)]]
    wrong = [row for row, label in enumerate(truth) if said[row] != label]
    right: dict[int, int] = {}
    for row, label in enumerate(truth):
        if said[row] == label and (not wrong or label != truth[wrong[0]]):
            right.setdefault(label, row)
    return [*list(right.values())[: count - len(wrong[:1])], *wrong[:1]]


def _truth(demo: Demo) -> list[int]:
    """Return the classes of the rows that ran."""
    targets = demo.artifact.targets
    return [int(target) for target in targets if target is not None]


def drawing(demo: Demo, row: int, unicode: bool) -> list[str]:
    """Return the lines that show a test example."""
    test = demo.trained.test
    return demo.trained.task.draw(test, test.x[row], unicode)


def caption(demo: Demo, row: int) -> str:
    """Return the board's answer for an example."""
    labels = demo.trained.test.labels or ()
    answer, truth = demo.verdict.answers[row], _truth(demo)[row]
    said = int(answer["predict"])
    sure = answer["probabilities"][said] / 32768
    text = f"board: {labels[said]} ({sure:.1%})"
    return text if said == truth else f"board: {labels[said]}, is a {labels[truth]}"
