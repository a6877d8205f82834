"""`calibrate`: what is run, which range a tensor gets, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.handmade import handmade, the_node

from thumbnet.export import Graph, Options, run_until
from thumbnet.export.stages import calibrate as module
from thumbnet.export.stages.calibrate import ROWS, calibrate, check_samples, ends_of, run_float
from thumbnet.trainer import Dense, Flatten, Sequential, SimpleRNN, ThumbnetError

X = np.linspace(-1, 1, 2 * ROWS + 1)[:, None]


def folded(kernel: float = 2.0) -> Graph:
    model = handmade(([[kernel]], 0.5, "relu"), ([[1.0, -1.0]], 0.0, "softmax"))
    return run_until(model, X, Options("net"), "fold")[0]


def test_rows_are_run_in_batches_and_none_is_lost() -> None:
    graph = folded()
    seen = run_float(graph, X)
    assert list(seen) == [graph.input, *(node.output for node in graph.nodes)]
    assert np.array_equal(seen["dense_activation"], np.maximum(2 * X + 0.5, 0))
    for count in (1, ROWS - 1, ROWS, ROWS + 1):
        kept = run_float(graph, X[:count], ["dense_dense"])
        assert list(kept) == ["dense_dense"]
        assert np.array_equal(kept["dense_dense"], 2 * X[:count] + 0.5)


def test_a_batch_has_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    run = module._run

    def counted(graph: Graph, rows: Any, names: list[str]) -> Any:
        sizes.append(len(rows))
        return run(graph, rows, names)

    monkeypatch.setattr(module, "_run", counted)
    run_float(folded(), X)
    assert sizes == [256, 256, 1]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([["a"]], "the samples are not numbers: pass rows of numbers"),
        (np.zeros(1), "samples of shape (1,): pass rows, (n, features)"),
        (np.zeros((0, 1)), "no samples: pass some rows of the training inputs"),
        (np.zeros((3, 2)), "rows have 2 values, but the model takes 1: pass rows of the training"),
        ([[0.0], [np.nan]], "row 1 contains NaN or infinity: remove such rows"),
        ([[0.0], [np.inf], [2.0], [np.nan]], "row 1 contains NaN or infinity: remove such rows"),
        ([[0.0], [1.0], [-np.inf]], "row 2 contains NaN or infinity: remove such rows"),
    ],
)
def test_samples_that_are_refused(x: Any, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        check_samples(folded(), x)
    assert str(caught.value).startswith(f"calibration: {message}")


def test_samples_become_rows_of_floats() -> None:
    assert check_samples(folded(), [[1], [2]]).tolist() == [[1.0], [2.0]]
    model = Sequential([Flatten(), Dense(2, "softmax")], seed=0)
    model.build((2, 3))
    x = np.arange(12).reshape(2, 2, 3)
    graph = run_until(model, x.astype(float), Options("net"), "fold")[0]
    assert check_samples(graph, x).tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]


def test_ranges_and_means_are_those_seen() -> None:
    graph = calibrate(folded(), X)
    tensor = graph.tensors["dense_activation"]
    values = np.maximum(2 * X + 0.5, 0)
    assert (graph.stage, tensor.range) == ("calibrate", (0.0, 2.5))
    assert tensor.mean is not None
    assert np.array_equal(tensor.mean, values.mean(axis=0))


def with_range(graph: Graph, name: str, low: float | None, high: float | None) -> Graph:
    tensor = replace(graph.tensors[name], low=low, high=high)
    return replace(graph, tensors={**graph.tensors, name: tensor})


def test_a_range_that_training_has_set_is_kept() -> None:
    graph = calibrate(with_range(folded(), "dense_activation", 0.0, 9.0), X)
    assert graph.tensors["dense_activation"].range == (0.0, 9.0)
    for low, high in ((None, 9.0), (-9.0, None)):
        graph = calibrate(with_range(folded(), "dense_activation", low, high), X)
        assert graph.tensors["dense_activation"].range == (0.0, 2.5)


def test_readings_and_scores_cover_all_that_was_seen() -> None:
    graph = folded()
    ends = ends_of(graph)
    assert ends == {graph.input, "x", *graph.outputs}
    for name in ends:
        seen = run_float(graph, X)[name]
        found = calibrate(with_range(graph, name, 0.0, 0.1), X, "percentile").tensors[name]
        assert found.range == (seen.min(), seen.max())


def test_a_state_covers_the_steps_between() -> None:
    """The last state alone would leave out the highest and the lowest."""
    model = Sequential([SimpleRNN(1, "linear", use_bias=False), Dense(2)], seed=0)
    model.build((3, 1))
    kernel, recurrent = model.variables[:2]
    kernel.assign(np.ones((1, 1)))
    recurrent.assign(np.ones((1, 1)))
    for sign in (1.0, -1.0):
        x = sign * np.array([[[5.0], [-8.0], [3.5]], [[1.0], [1.0], [-2.5]]])
        graph = run_until(model, x, Options("net"), "calibrate")[0]
        low, high = sorted((5.0 * sign, -3.0 * sign))
        assert graph.tensors[the_node(graph, "simple_rnn").output].range == (low, high)


@pytest.mark.filterwarnings("error")
def test_states_that_overflow_do_so_without_a_warning() -> None:
    model = Sequential([SimpleRNN(1, "relu"), Dense(2)], seed=0)
    model.build((40, 1))
    for kernel in model.variables[:2]:
        kernel.assign(np.full((1, 1), 1e15))
    with pytest.raises(ThumbnetError, match="simple_rnn is not finite, or huge, for some rows"):
        run_until(model, np.ones((3, 40, 1)), Options("net"), "calibrate")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_weights_that_overflow() -> None:
    graph = folded()
    node = graph.nodes[1].with_attributes(kernel=np.array([[np.inf]]))
    with pytest.raises(ThumbnetError) as caught:
        calibrate(replace(graph, nodes=(graph.nodes[0], node, *graph.nodes[2:])), X[X[:, 0] > 0])
    assert str(caught.value) == (
        "calibration: dense_dense is not finite, or huge, for some rows, so training diverged: "
        "train again with a tenth of the learning rate and scaled inputs (Normalization)"
    )


def test_an_observer_that_does_not_exist() -> None:
    with pytest.raises(ThumbnetError, match="unknown calibration 'median': use one of min_max"):
        calibrate(folded(), X, "median")
