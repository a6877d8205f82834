"""The curves of imported networks: values, derivatives, and names with numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose

from thumbnet.trainer import (
    CURVES,
    Activation,
    Dense,
    GradientTape,
    Sequential,
    ThumbnetError,
    Variable,
    load_model,
)
from thumbnet.trainer.autograd import activations
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.autograd.parametric_curves import PAIRS, erfc, with_parameters


def softplus(x: float) -> float:
    return math.log1p(math.exp(-abs(x))) + max(x, 0.0)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


SCALARS: dict[str, Callable[[float], float]] = {
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "gelu": lambda x: x * 0.5 * math.erfc(-x / math.sqrt(2)),
    "gelu_tanh": lambda x: (
        0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    ),
    "silu": lambda x: x * logistic(x),
    "mish": lambda x: x * math.tanh(softplus(x)),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "hard_sigmoid": lambda x: min(max(x / 6 + 0.5, 0.0), 1.0),
    "hard_swish": lambda x: x * min(max(x / 6 + 0.5, 0.0), 1.0),
    "absolute": abs,
    "leaky_relu(0.2)": lambda x: x if x > 0 else 0.2 * x,
    "elu(0.5)": lambda x: x if x > 0 else 0.5 * math.expm1(x),
    "clip(-1.5,2)": lambda x: min(max(x, -1.5), 2.0),
}


def test_all_are_here() -> None:
    assert set(PAIRS) == {name for name in SCALARS if "(" not in name}


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values(name: str, dtype: type) -> None:
    x = np.linspace(-8, 8, 321).astype(dtype)
    y = CURVES[name](x)
    assert y.dtype == dtype
    assert_allclose(y, [SCALARS[name](float(v)) for v in x], rtol=2e-5, atol=3e-7)


@pytest.mark.parametrize("name", SCALARS)
def test_derivatives(name: str) -> None:
    x = Variable(np.linspace(-7.03, 7.01, 60), dtype=np.float64)
    with GradientTape() as tape:
        total = ops.sum(activations.get(name)(x))
    (slope,) = tape.gradient(total, [x])
    above, below = (CURVES[name](x.data + step) for step in (1e-4, -1e-4))
    assert_allclose(slope, (above - below) / 2e-4, rtol=2e-6, atol=2e-6)


def test_erfc_has_seven_digits_everywhere() -> None:
    x = np.linspace(-5, 9, 2001)
    assert_allclose(erfc(x), [math.erfc(v) for v in x], rtol=1.3e-7)


@pytest.mark.parametrize(
    "name",
    [
        "clip(2,1)",
        "clip(1)",
        "elu(1,2)",
        "leaky_relu()",
        "tanh(1)",
        "elu(1e9)",
        "elu(e)",
        "elu(1) ",
    ],
)
def test_other_names_are_unknown(name: str) -> None:
    assert with_parameters(name) is None
    with pytest.raises(KeyError):
        CURVES[name]
    with pytest.raises(ThumbnetError, match="unknown activation"):
        Activation(name)


def test_a_model_keeps_the_numbers(tmp_path: object) -> None:
    model = Sequential([Dense(4, "leaky_relu(0.3)"), Activation("clip(-1,1)"), Dense(2)], seed=1)
    model.build(3)
    x = np.random.default_rng(0).normal(size=(5, 3))
    model.save(f"{tmp_path}/m.npz")
    assert_allclose(load_model(f"{tmp_path}/m.npz").predict(x), model.predict(x))
