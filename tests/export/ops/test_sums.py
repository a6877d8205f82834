"""Layers that join others: Add of more than two, and networks that end with one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.micropython import needs_micropython

from thumbnet.export import convert
from thumbnet.export.stages.lower import lower
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import UnixTarget
from thumbnet.trainer import (
    Activation,
    Add,
    Concatenate,
    Conv1D,
    Dense,
    Flatten,
    Input,
    Model,
    ThumbnetError,
)

X = np.random.default_rng(0).normal(0, 1, (80, 6)).round(2)


def sums(many: int, convolved: bool = False) -> Model:
    """A relu of the sum of `many` tensors, one of them twice."""
    if convolved:
        source = Input((6, 1))
        parts = [Conv1D(3, 3, padding="same")(source) for _ in range(many - 1)]
    else:
        source = Input((6,))
        parts = [Dense(5)(source) for _ in range(many - 1)]
    total = Activation("relu")(Add()([*parts, parts[0]]))
    return Model(source, Dense(2)(Flatten()(total) if convolved else total), seed=0)


@pytest.mark.parametrize("convolved", [False, True])
@pytest.mark.parametrize("many", [3, 5])
def test_a_sum_of_many_is_what_the_model_computes(many: int, convolved: bool) -> None:
    model, x = sums(many, convolved), X.reshape(80, 6, 1) if convolved else X
    made = convert(model, x)
    assert len(list(made.graph.only("add"))) == many - 1
    expected = model.predict(x)
    assert_allclose(made.predict(x), expected, atol=0.04 * np.abs(expected).max())


@pytest.mark.parametrize("weights", ["module", "stream"])
@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_a_sum_of_many_on_the_unix_port(tier: str, weights: str, tmp_path: Path) -> None:
    needs_micropython()
    made = convert(sums(4), X, name="net", board="unix", tier=tier, weights=weights)
    with UnixTarget("1m") as target:
        verdict = finish(verify(target, made.write(tmp_path, X[:20])))
    assert verdict.ok, verdict.reason()


def test_trained_for_its_rounding_a_sum_of_many_keeps_its_range() -> None:
    model = sums(3)
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], epochs=4, seed=0, quantize="int8")
    assert len(list(convert(model, X).graph.only("add"))) == 2


@pytest.mark.parametrize("join", [Add, Concatenate])
def test_a_network_ends_with_a_dense_layer(join: type) -> None:
    source = Input((6,))
    model = Model(source, join(name="last")([Dense(3)(source), Dense(3)(source)]), seed=0)
    with pytest.raises(ThumbnetError) as caught:
        convert(model, X)
    text = str(caught.value)
    assert text.startswith(f"export: the model ends with last ({join.__name__.lower()}), not with")
    assert "add a Dense with one output per class or measured value after it" in text
    assert "\n" not in text


@pytest.mark.parametrize("many", [2, 3, 5])
def test_a_sum_of_many_is_lowered_to_a_chain_of_pairs(many: int) -> None:
    x = Input((4,))
    model = Model(x, Dense(2)(Add(name="sum")([Dense(3, name=f"d{k}")(x) for k in range(many)])))
    sums = list(lower(model, "net").only("add"))
    outputs = [f"sum_without_{left}" for left in range(many - 2, 0, -1)] + ["sum"]
    firsts = ["d0_dense", *outputs[:-1]]
    seconds = [f"d{k}_dense" for k in range(1, many)]
    assert [node.output for node in sums] == outputs
    assert [node.inputs for node in sums] == list(zip(firsts, seconds, strict=True))
