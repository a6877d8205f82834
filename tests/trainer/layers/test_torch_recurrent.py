"""Recurrent layers give the numbers and the gradients of PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.require import require

from thumbnet.trainer import GRU, LSTM, GradientTape, SimpleRNN, Tensor, Variable
from thumbnet.trainer.autograd import functional as ops

RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 9, 4))
FACTORS = RNG.standard_normal((6, 9, 5))


@pytest.fixture(scope="module")
def torch() -> Any:
    try:
        import torch
    except ImportError:
        require("torch", "PyTorch is not installed: pip install torch")
    torch.set_num_threads(1)
    return torch


def ours(layer: Any, weights: list[Any]) -> tuple[Any, list[Any]]:
    """Outputs at every step, and the gradients by inputs and weights."""
    layer.build(X.shape[1:], np.random.default_rng(0), np.float64)
    layer.set_weights(weights)
    x = Variable(X, dtype=np.float64)
    with GradientTape() as tape:
        outputs = layer.call(x)
        loss = ops.sum(outputs * FACTORS)
    return outputs.data, tape.gradient(loss, [x, *layer.variables])


def theirs(torch: Any, net: Any) -> tuple[Any, list[Any]]:
    """The same from a module of PyTorch, with transposed weights."""
    x = torch.tensor(X, requires_grad=True)
    outputs, _ = net(x)
    (outputs * torch.tensor(FACTORS)).sum().backward()
    gradients = [x.grad.numpy(), *(p.grad.numpy().T for p in net.parameters())]
    return outputs.detach().numpy(), gradients


@pytest.mark.parametrize("curve", ["tanh", "relu"])
def test_simple_rnn(torch: Any, curve: str) -> None:
    torch.manual_seed(1)
    net = torch.nn.RNN(4, 5, nonlinearity=curve, batch_first=True).double()
    kernel, recurrent, bias, other = (p.detach().numpy().T for p in net.parameters())
    outputs, gradients = ours(
        SimpleRNN(5, curve, return_sequences=True), [kernel, recurrent, bias + other]
    )
    expected, by_theirs = theirs(torch, net)
    assert_allclose(outputs, expected, rtol=1e-11, atol=1e-14)
    for a, b in zip(gradients, by_theirs[:-1], strict=True):  # their two biases do the same
        assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def to_keras(array: Any) -> Any:
    """Columns of PyTorch's reset, update and candidate in the order of Keras."""
    reset, update, candidate = np.split(array, 3, axis=-1)
    return np.concatenate([update, reset, candidate], axis=-1)


def test_gru(torch: Any) -> None:
    torch.manual_seed(2)
    net = torch.nn.GRU(4, 5, batch_first=True).double()
    kernel, recurrent, *biases = (to_keras(p.detach().numpy().T) for p in net.parameters())
    outputs, gradients = ours(GRU(5, return_sequences=True), [kernel, recurrent, np.stack(biases)])
    expected, (by_x, by_kernel, by_recurrent, *by_biases) = theirs(torch, net)
    assert_allclose(outputs, expected, rtol=1e-11, atol=1e-14)
    pairs = zip(
        gradients,
        [
            by_x,
            to_keras(by_kernel),
            to_keras(by_recurrent),
            np.stack([to_keras(b) for b in by_biases]),
        ],
        strict=True,
    )
    for a, b in pairs:
        assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_lstm(torch: Any) -> None:
    """PyTorch has Keras's order of the gates, and two biases that do the same."""
    torch.manual_seed(3)
    net = torch.nn.LSTM(4, 5, batch_first=True).double()
    kernel, recurrent, bias, other = (p.detach().numpy().T for p in net.parameters())
    outputs, gradients = ours(LSTM(5, return_sequences=True), [kernel, recurrent, bias + other])
    expected, by_theirs = theirs(torch, net)
    assert_allclose(outputs, expected, rtol=1e-11, atol=1e-14)
    for a, b in zip(gradients, by_theirs[:-1], strict=True):
        assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_lstm_in_float32(torch: Any) -> None:
    """A network of PyTorch's floats, copied: 200 steps later its states are still the same."""
    torch.manual_seed(4)
    net = torch.nn.LSTM(4, 16, batch_first=True)
    x = RNG.standard_normal((8, 200, 4)).astype(np.float32)
    kernel, recurrent, bias, other = (p.detach().numpy().T for p in net.parameters())
    layer = LSTM(16, return_sequences=True)
    layer.build(x.shape[1:], np.random.default_rng(0), np.float32)
    layer.set_weights([kernel, recurrent, bias + other])
    states = layer.call(Tensor(x)).data
    assert states.dtype == np.float32
    assert_allclose(states, net(torch.tensor(x))[0].detach().numpy(), rtol=0, atol=1e-5)
