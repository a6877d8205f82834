"""The choice of a network for windows: what is tried, what is chosen, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from thumbnet.export import load_board
from thumbnet.tools.benchmark.choice import made, outcome
from thumbnet.tools.workflow.architecture_search import BUDGET, _try, search
from thumbnet.tools.workflow.candidates import candidate
from thumbnet.tools.workflow.settings import TrainSettings
from thumbnet.tools.workflow.trials import Trial, choose
from thumbnet.trainer import Recording, ThumbnetError, cut

BRIEF = replace(BUDGET, folds=3, share=0.04)
SETTINGS = TrainSettings()


def states(result: object) -> dict[str, str]:
    return {trial.candidate.name: trial.state for trial in result.trials}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def shapes() -> list[Recording]:
    """A saw tooth that rises slowly or falls slowly: features cannot tell them apart."""
    return made("made: shape", 6, 128)


def test_shapes_need_more_than_features(shapes: list[Recording]) -> None:
    told: list[float] = []
    result = search(
        shapes, 32, 16, SETTINGS, budget=BRIEF, told=lambda done, text: told.append(done)
    )
    assert result.chosen.candidate.name == "conv"
    features, conv, _ = result.trials
    assert features.accuracy is not None
    assert features.accuracy < 0.7
    assert conv.accuracy is not None
    assert conv.accuracy > 0.9
    assert "better than features: more than chance" in result.why
    assert told == sorted(told)
    assert told[-1] <= 3
    assert result.folds.units == 12
    # The same seed makes the same choice, to the last digit.
    assert search(shapes, 32, 16, SETTINGS, budget=BRIEF).as_json() == result.as_json()


def test_features_that_suffice_end_the_search() -> None:
    far = [one for one in made("made: strength", 6, 128) if one.label != "b"]
    result = search(far, 64, 32, SETTINGS, budget=replace(BUDGET, folds=3))
    assert states(result) == {"features": "", "conv": "not needed", "gru": "not needed"}
    assert result.why == "features, because it is the simplest, and nothing else is better"


def test_boards(shapes: list[Recording]) -> None:
    result = search(shapes, 32, 16, SETTINGS, load_board("microbit_v2"), budget=BRIEF)
    assert states(result) == {"features": "", "conv": "", "gru": "does not fit"}
    assert "file system" in result.trials[2].refusal
    assert result.trials[0].cost is not None
    assert 0 < result.trials[0].cost.as_json()["seconds"] < 16 / 50
    slow = search(shapes, 32, 1, SETTINGS, load_board("generic"), budget=BRIEF)
    assert states(slow) == {"features": "", "conv": "too slow", "gru": "too slow"}
    assert slow.why == "features, because nothing else can be trained here"
    assert "they are 20 ms apart: take a larger --hop" in slow.trials[1].refusal
    with pytest.raises(ThumbnetError, match="board microbit has 9,400 bytes of heap"):
        search(shapes, 32, 16, SETTINGS, load_board("microbit"), budget=BRIEF)


def test_what_cannot_be_tried() -> None:
    long = [Recording(np.sin(np.arange(1100.0))[:, None].round(3) * k, "ab"[k % 2], 50.0, f"{k}")
            for k in range(1, 5)]  # fmt: skip
    tiny = replace(BRIEF, share=0.001, steps=1000)
    result = search(long, 1100, 550, SETTINGS, budget=tiny)
    assert states(result) == {"features": "not possible", "conv": "", "gru": "too long to try"}
    assert "1024 is the most" in result.trials[0].refusal
    assert "--architecture gru" in result.trials[2].refusal


def test_one_window_of_each_label() -> None:
    result = search(made("made: shape", 1, 32), 32, 16, SETTINGS, budget=BRIEF)
    assert result.folds.never == ("a", "b")
    assert result.chosen.candidate.name == "features"
    assert "so few windows" in result.why


def test_one_recording_of_each_label() -> None:
    result = search(made("made: shape", 1, 256), 32, 16, SETTINGS, budget=BRIEF)
    assert result.folds.in_blocks == ("a", "b")
    assert result.folds.units == 6


def test_many_windows_are_thinned(shapes: list[Recording]) -> None:
    few = replace(BRIEF, windows=24, share=0.01)
    assert search(shapes, 32, 1, SETTINGS, budget=few).folds.folds[0].train.max() < 48


def trial(name: str, *wrong: float) -> Trial:
    return Trial(candidate(name, 64), losses=np.array(wrong), scores=(1 - float(np.mean(wrong)),))


@pytest.mark.parametrize(
    ("features", "conv", "chosen", "why"),
    [
        ((1, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0), "features", "that may be chance"),
        ((1, 1, 1, 0, 0, 0), (0, 0, 0, 0, 0, 0), "conv", "50.0% better than features"),
        ((1, 1, 1, 0, 0, 0), (0, 0, 0, 1, 1, 0), "features", "simpler than conv"),
        ((0, 0, 0, 1, 0, 0), (1, 0, 1, 1, 0, 0), "features", "nothing else is better"),
        ((1, 1, 1, 1, 0, 0), (0.5, 0.5, 0.5, 0.5, 0, 0), "conv", "33.3% better"),
    ],
)
def test_the_simpler_within_noise(
    features: tuple[float, ...], conv: tuple[float, ...], chosen: str, why: str
) -> None:
    both = [trial("features", *features), trial("conv", *conv)]
    one, reason = choose(both, both)
    assert one.candidate.name == chosen
    assert why in reason


def test_a_hopeless_candidate_is_given_up() -> None:
    """Features against a rival that is always right: one fold of ten recordings is enough."""
    recordings = made("made: shape", 12, 128)
    result = search(recordings, 32, 16, SETTINGS, budget=BRIEF)
    first = result.trials[0]
    best = trial("conv", *[0.0] * 24)
    again = Trial(first.candidate)
    data = cut(recordings, 32, 16, first.candidate.features)
    own = first.candidate.settings(SETTINGS, data.x[0].size)
    _try(again, best, data, result.folds, own, 20, lambda done, text: None, 0)
    assert again.state == "given up"
    assert len(again.scores) == 1
    assert again.refusal == "plainly worse than conv after 1 of 3 folds"


@pytest.mark.slow
def test_the_choice_is_as_good_as_the_best() -> None:
    """With the budget of `thumbnet train`, and on recordings that no training has seen."""
    found = outcome("made: shape", seeds=1)
    assert found.chosen != ("features",)
    assert found.accuracy("features") < 0.65
    assert 1 - found.picked.mean() >= found.accuracy("conv") - 0.02
    assert found.reached
