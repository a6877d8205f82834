"""The cycles of MLPerf Tiny: bounds, wrong answers, and the estimate that users see before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.tflite_files import mlperf_file

from thumbnet.export import load_board
from thumbnet.export.cost.cycles import seconds
from thumbnet.importers import read
from thumbnet.tools.benchmark.kernels import mlperf_tiny
from thumbnet.tools.benchmark.kernels.mlperf_tiny import (
    CLOCK,
    PUBLISHED,
    count_cycles,
)
from thumbnet.trainer import ThumbnetError

SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("ic", "vww")]


@pytest.mark.emulated
@pytest.mark.parametrize("name", ["ad", "kws", *SLOW])
def test_counted_and_estimated(name: str) -> None:
    """The counted latency is below the published one, the estimate within 20 % of it."""
    network = read(mlperf_file(f"{name}_int8"))
    made = count_cycles(network)
    counted = made.total / CLOCK
    assert (made.streamed > 0) == (name == "ad")
    assert counted < PUBLISHED[name][1]
    estimate = 1000 * seconds(network.graph, load_board("pico"), "thumb")
    assert abs(estimate / counted - 1) < 0.2


def test_a_wrong_answer_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    network = read(mlperf_file("ad_int8"))
    right = mlperf_tiny.arena_calls

    def wrong(*given: Any) -> Any:
        made = right(*given)
        first, *others = made.calls
        return replace(made, calls=(replace(first, weights=bytes(len(first.weights))), *others))

    monkeypatch.setattr(mlperf_tiny, "arena_calls", wrong)
    with pytest.raises(ThumbnetError, match=r"conv_xnnpack of \w+ gives wrong answers"):
        count_cycles(network)


def test_files_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THUMBNET_DATA", str(tmp_path))
    said: list[str] = []
    assert mlperf_tiny.mlperf_tiny(None, said.append) == []
    assert len(said) == len(PUBLISHED)
    assert all("set THUMBNET_DATA" in line for line in said)
