"""Layer normalization gives the numbers and the gradients of PyTorch's, and of the definition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients, variable
from support.require import require

from thumbnet.trainer import (
    Dense,
    GradientTape,
    LayerNormalization,
    Sequential,
    ThumbnetError,
    Variable,
    load_model,
)
from thumbnet.trainer.autograd import functional as ops

RNG = np.random.default_rng(0)
SHAPES = pytest.mark.parametrize("shape", [(5,), (7, 5), (3, 4, 5)])


def built(shape: tuple[int, ...], dtype: Any = np.float64, **settings: Any) -> LayerNormalization:
    layer = LayerNormalization(**settings)
    layer.build(shape, RNG, dtype)
    layer.set_weights([RNG.normal(1, 0.5, shape[-1]), RNG.normal(0, 1, shape[-1])])
    return layer


@pytest.fixture(scope="module")
def torch() -> Any:
    try:
        import torch
    except ImportError:
        require("torch", "PyTorch is not installed: pip install torch")
    torch.set_num_threads(1)
    return torch


@SHAPES
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-11), (np.float32, 1e-5)])
def test_against_torch(torch: Any, shape: tuple[int, ...], dtype: Any, tolerance: float) -> None:
    layer = built(shape, dtype)
    data = RNG.normal(2, 3, (6, *shape)).astype(dtype)
    factors = RNG.normal(0, 1, data.shape).astype(dtype)
    net = torch.nn.LayerNorm(shape[-1], eps=1e-3, dtype=torch.tensor(data).dtype)
    with torch.no_grad():
        net.weight.copy_(torch.tensor(layer.gamma.data))
        net.bias.copy_(torch.tensor(layer.beta.data))
    theirs = torch.tensor(data, requires_grad=True)
    expected = net(theirs)
    (expected * torch.tensor(factors)).sum().backward()
    x = Variable(data, dtype=dtype)
    with GradientTape() as tape:
        outputs = layer.call(x, training=True)
        loss = ops.sum(outputs * factors)
    assert outputs.dtype == dtype
    assert_allclose(outputs.data, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
    found = tape.gradient(loss, [x, layer.gamma, layer.beta])
    for a, b in zip(found, (theirs.grad, net.weight.grad, net.bias.grad), strict=True):
        assert_allclose(a, b.numpy(), rtol=tolerance, atol=10 * tolerance)


@SHAPES
def test_gradients(shape: tuple[int, ...]) -> None:
    layer, x = built(shape), variable(RNG, 2, *shape)
    factors = RNG.normal(0, 1, (2, *shape))
    assert_gradients(lambda: ops.sum(layer.call(x) * factors), [x, layer.gamma, layer.beta])


def test_an_example_is_normalized_by_itself() -> None:
    layer, x = LayerNormalization(), RNG.normal(3, 2, (4, 6))
    layer.build((6,), RNG, np.float64)
    y = layer.call(Variable(x, dtype=np.float64)).data
    assert_allclose(y.mean(axis=1), 0, atol=1e-12)
    assert_allclose(y.var(axis=1), x.var(axis=1) / (x.var(axis=1) + 1e-3))
    assert layer.count_params() == 12


def test_a_row_of_equal_numbers_becomes_beta() -> None:
    layer = built((5,))
    y = layer.call(Variable(np.full((1, 5), 7.0), dtype=np.float64)).data
    assert_array_equal(y[0], layer.beta.data)


def test_it_comes_back_from_a_file(tmp_path: Path) -> None:
    model = Sequential([LayerNormalization(0.25), Dense(2)], seed=1)
    model.build((5,))
    model.layers[0].set_weights([np.arange(5), np.ones(5)])
    model.save(tmp_path / "net.npz")
    x, loaded = RNG.normal(0, 1, (3, 5)), load_model(tmp_path / "net.npz")
    assert_array_equal(loaded.predict(x), model.predict(x))
    assert repr(loaded.layers[0]) == "LayerNormalization(epsilon=0.25, name='layer_normalization')"


@pytest.mark.parametrize("epsilon", [0.0, -1.0, float("nan")])
def test_a_wrong_epsilon(epsilon: float) -> None:
    with pytest.raises(ThumbnetError, match="must be positive"):
        LayerNormalization(epsilon)
