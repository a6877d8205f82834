"""Curves of plain arrays are the activation functions on the tape."""

from __future__ import annotations

import numpy as np
import pytest

from thumbnet.trainer import CURVES, Tensor
from thumbnet.trainer.autograd.activations import ACTIVATIONS


@pytest.mark.parametrize("name", sorted(CURVES))
def test_curve_is_the_trainers(name: str) -> None:
    x = np.array([[-800.0, -30.0, -1.5, -1e-9, -0.0, 0.0, 1e-9, 0.7, 40.0, 900.0]])
    wanted = ACTIVATIONS[name](Tensor(x)).data
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(CURVES[name](x), wanted, rtol=1e-12, atol=1e-15)


def test_every_activation_of_the_trainer_has_a_curve() -> None:
    assert set(CURVES) == set(ACTIVATIONS)
