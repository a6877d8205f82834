"""The curves that training and the exporter share."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from thumbnet.trainer import CURVES, Tensor
from thumbnet.trainer.autograd import curves
from thumbnet.trainer.autograd.activations import ACTIVATIONS
from thumbnet.trainer.autograd.parametric_curves import PAIRS

X = np.concatenate([np.linspace(-9, 9, 181), [-0.0, 1e-300, -1e-300, 700.0, -700.0]]).reshape(6, -1)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_curve_is_what_its_activation_computes(name: str, dtype: type) -> None:
    x = X.astype(dtype)
    y = CURVES[name](x)
    assert y.dtype == dtype
    assert_allclose(y, ACTIVATIONS[name](Tensor(x)).data, rtol=1e-6, atol=1e-7)


def test_every_activation_has_a_curve() -> None:
    assert set(CURVES) == set(ACTIVATIONS)


def test_at_zero() -> None:
    zero = np.zeros(1)
    names = set(CURVES) - set(PAIRS) - {"softmax"}
    values = {name: float(CURVES[name](zero)[0]) for name in names}
    expected = {"linear": 0, "relu": 0, "leaky_relu": 0, "tanh": 0, "sigmoid": 0.5}
    assert values == {**expected, "step": 1, "sign": 1}


def test_the_exporters_sigmoid_is_one_tanh() -> None:
    assert_array_equal(CURVES["sigmoid"](X), 0.5 + 0.5 * np.tanh(0.5 * X))
    assert_allclose(CURVES["sigmoid"](X), curves.logistic(X), atol=1e-15)
