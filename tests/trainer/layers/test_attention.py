"""Multi-head attention gives the numbers and the gradients of PyTorch's, and of the definition."""

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
    Flatten,
    GlobalAveragePooling1D,
    GradientTape,
    MultiHeadAttention,
    Sequential,
    ThumbnetError,
    Variable,
    load_model,
)
from thumbnet.trainer.autograd import functional as ops

RNG = np.random.default_rng(0)
STEPS, CHANNELS = 7, 6


def built(dtype: Any = np.float64, **settings: Any) -> MultiHeadAttention:
    layer = MultiHeadAttention(**{"num_heads": 2, "key_dim": 3, **settings})
    layer.build((STEPS, CHANNELS), RNG, dtype)
    layer.set_weights([RNG.normal(0, 0.6, v.shape) for v in layer.variables])
    return layer


@pytest.fixture(scope="module")
def torch() -> Any:
    try:
        import torch
    except ImportError:
        require("torch", "PyTorch is not installed: pip install torch")
    torch.set_num_threads(1)
    return torch


def matrices(parts: list[Any]) -> dict[str, Any]:
    """Weights, or their gradients, as PyTorch orders and transposes them."""
    kernels = [kernel.reshape(CHANNELS, CHANNELS).T for kernel in parts[::2]]
    return {
        "in_proj_weight": np.concatenate(kernels[:3]),
        "in_proj_bias": np.concatenate([bias.ravel() for bias in parts[1:6:2]]),
        "out_proj.weight": kernels[3],
        "out_proj.bias": parts[7],
    }


@pytest.mark.parametrize("heads", [1, 2, 3])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_against_torch(torch: Any, heads: int, dtype: Any, tolerance: float) -> None:
    layer = built(dtype, num_heads=heads, key_dim=CHANNELS // heads)
    data = RNG.normal(0, 1, (5, STEPS, CHANNELS)).astype(dtype)
    factors = RNG.normal(0, 1, data.shape).astype(dtype)
    net = torch.nn.MultiheadAttention(
        CHANNELS, heads, batch_first=True, dtype=torch.tensor(data).dtype
    )
    net.load_state_dict(
        {name: torch.tensor(v) for name, v in matrices(layer.get_weights()).items()}
    )
    theirs = torch.tensor(data, requires_grad=True)
    expected, _ = net(theirs, theirs, theirs)
    (expected * torch.tensor(factors)).sum().backward()
    x = Variable(data, dtype=dtype)
    with GradientTape() as tape:
        outputs = layer.call(x, training=True)
        loss = ops.sum(outputs * factors)
    assert outputs.dtype == dtype
    assert_allclose(outputs.data, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
    through_x, *found = tape.gradient(loss, [x, *layer.variables])
    assert_allclose(through_x, theirs.grad.numpy(), rtol=tolerance, atol=10 * tolerance)
    by_name = dict(net.named_parameters())
    for name, gradient in matrices(found).items():
        wanted = by_name[name].grad.numpy()
        assert_allclose(gradient, wanted, rtol=tolerance, atol=10 * tolerance, err_msg=name)


@pytest.mark.parametrize("settings", [{"value_dim": 5}, {"use_bias": False, "num_heads": 1}])
def test_gradients(settings: dict[str, Any]) -> None:
    layer, x = built(**settings), variable(RNG, 2, STEPS, CHANNELS)
    factors = RNG.normal(0, 1, x.shape)
    assert_gradients(lambda: ops.sum(layer.call(x) * factors), [x, *layer.variables])


def test_weights_are_those_of_keras() -> None:
    layer = built(num_heads=2, key_dim=3, value_dim=5)
    assert {variable.name: variable.shape for variable in layer.variables} == {
        "/query/kernel": (6, 2, 3),
        "/query/bias": (2, 3),
        "/key/kernel": (6, 2, 3),
        "/key/bias": (2, 3),
        "/value/kernel": (6, 2, 5),
        "/value/bias": (2, 5),
        "/attention_output/kernel": (2, 5, 6),
        "/attention_output/bias": (6,),
    }
    assert len(built(use_bias=False).variables) == 4


def test_kernels_are_drawn_as_matrices() -> None:
    layer = MultiHeadAttention(8, 4)
    layer.build((3, 32), np.random.default_rng(1), np.float64)
    limit = np.sqrt(6 / (32 + 32))
    for kernel in layer.get_weights()[::2]:
        assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert not any(bias.any() for bias in layer.get_weights()[1::2])


def test_the_order_of_steps_does_not_matter() -> None:
    layer, x = built(), RNG.normal(0, 1, (2, STEPS, CHANNELS))
    order = RNG.permutation(STEPS)
    y = layer.call(Variable(x, dtype=np.float64)).data
    turned = layer.call(Variable(x[:, order], dtype=np.float64)).data
    assert_allclose(turned, y[:, order], atol=1e-12)


def test_it_comes_back_from_a_file(tmp_path: Path) -> None:
    settings = {"value_dim": 5, "use_bias": False, "kernel_initializer": "he_normal"}
    model = Sequential([MultiHeadAttention(2, 3, **settings), Flatten(), Dense(2)], seed=1)
    model.build((STEPS, CHANNELS))
    model.save(tmp_path / "net.npz")
    x, loaded = RNG.normal(0, 1, (3, STEPS, CHANNELS)), load_model(tmp_path / "net.npz")
    assert_array_equal(loaded.predict(x), model.predict(x))
    assert loaded.layers[0].get_config() == model.layers[0].get_config()


def test_wrong_settings_and_inputs() -> None:
    for wrong in ({"num_heads": 0}, {"key_dim": 1.5}, {"value_dim": -1}):
        with pytest.raises(ThumbnetError, match=f"{next(iter(wrong))} is .* positive whole number"):
            MultiHeadAttention(**{"num_heads": 1, "key_dim": 1, **wrong})  # type: ignore[arg-type]
    with pytest.raises(ThumbnetError, match=r"takes sequences \(steps, channels\), not shape"):
        MultiHeadAttention(1, 1, name="a").build((4,), RNG, np.float64)


def test_memory_follows_the_scores(tmp_path: Path) -> None:
    """Each step has one for every other, of each head: far more numbers than the outputs."""
    model = Sequential([MultiHeadAttention(4, 2), Flatten(), Dense(2)], seed=1)
    model.build((512, 1))
    assert model.rows_at_once() == 4
    long = Sequential([MultiHeadAttention(4, 1), GlobalAveragePooling1D(), Dense(2)], seed=1)
    long.build((1025, 1))
    long.save(tmp_path / "long.npz")
    with pytest.raises(ThumbnetError, match="'multi_head_attention' has 4,202,500 numbers"):
        load_model(tmp_path / "long.npz")
