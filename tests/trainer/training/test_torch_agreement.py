"""The same numbers as PyTorch, which is needed by these tests only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.require import require

from thumbnet.trainer import (
    SGD,
    Adam,
    BatchNormalization,
    Dense,
    GradientTape,
    Optimizer,
    RMSprop,
    Sequential,
    Tensor,
    Variable,
)
from thumbnet.trainer.autograd import activations
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.optimization.losses import LOSSES

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 5))
CLASSES = RNG.integers(0, 3, 12)
ONE_HOT = np.eye(3)[CLASSES]


@pytest.fixture(scope="module")
def torch() -> Any:
    try:
        import torch
    except ImportError:
        require("torch", "PyTorch is not installed: pip install torch")
    return torch


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "softmax"])
def test_activations(torch: Any, name: str) -> None:
    theirs = {
        "leaky_relu": lambda x: torch.nn.functional.leaky_relu(x, 0.01),
        "softmax": lambda x: torch.softmax(x, dim=-1),
    }.get(name) or getattr(torch, name)
    factors = RNG.standard_normal(X.shape)
    x = torch.tensor(X, requires_grad=True)
    y = theirs(x)
    (y * torch.tensor(factors)).sum().backward()
    v = Variable(X, dtype=np.float64)
    with GradientTape() as tape:
        outputs = activations.get(name)(v)
        loss = ops.sum(outputs * factors)
    assert_allclose(outputs.data, y.detach().numpy(), rtol=1e-12)
    assert_allclose(tape.gradient(loss, [v])[0], x.grad.numpy(), rtol=1e-10)


@pytest.mark.parametrize("name", LOSSES)
def test_losses(torch: Any, name: str) -> None:
    functional = torch.nn.functional
    logits = RNG.standard_normal((12, 3))
    z = torch.tensor(logits, requires_grad=True)
    one_hot, classes = torch.tensor(ONE_HOT), torch.tensor(CLASSES)
    theirs = {
        "mse": lambda: functional.mse_loss(z, one_hot),
        "mae": lambda: functional.l1_loss(z, one_hot),
        "binary_crossentropy": lambda: functional.binary_cross_entropy_with_logits(z, one_hot),
        "categorical_crossentropy": lambda: functional.cross_entropy(z, one_hot),
        "sparse_categorical_crossentropy": lambda: functional.cross_entropy(z, classes),
    }[name]()
    theirs.backward()
    loss, v = LOSSES[name], Variable(logits, dtype=np.float64)
    y = CLASSES if loss.targets == "classes" else ONE_HOT
    with GradientTape() as tape:
        ours = ops.mean((loss.on_logits or loss)(y, v))
    assert_allclose(ours.data, theirs.item(), rtol=1e-12)
    assert_allclose(tape.gradient(ours, [v])[0], z.grad.numpy(), rtol=1e-9, atol=1e-15)


def test_batch_normalization(torch: Any) -> None:
    layer = BatchNormalization(momentum=0.9, epsilon=1e-3)
    layer.build((5,), np.random.default_rng(0), np.float64)
    theirs = torch.nn.BatchNorm1d(5, eps=1e-3, momentum=0.1, dtype=torch.float64)
    gamma, beta, factors = (RNG.standard_normal(s) for s in (5, 5, (12, 5)))
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(gamma))
        theirs.bias.copy_(torch.tensor(beta))
    x = torch.tensor(X, requires_grad=True)
    (theirs(x) * torch.tensor(factors)).sum().backward()
    v = Variable(X, dtype=np.float64)
    with GradientTape() as tape:
        loss = ops.sum(layer.call(v, training=True) * factors)
    by_x, by_gamma, by_beta = tape.gradient(loss, [v, layer.gamma, layer.beta])
    assert_allclose(by_x, x.grad.numpy(), rtol=1e-9)
    assert_allclose(by_gamma, theirs.weight.grad.numpy(), rtol=1e-9)
    assert_allclose(by_beta, theirs.bias.grad.numpy(), rtol=1e-9)
    assert_allclose(layer.moving_mean.data, theirs.running_mean.numpy(), rtol=1e-12)
    # PyTorch's moving variance divides by n - 1, Keras's and ours by n.
    moving = 0.9 + (theirs.running_var.numpy() - 0.9) * 11 / 12
    assert_allclose(layer.moving_variance.data, moving, rtol=1e-12)


OPTIMIZERS = {
    "sgd": (lambda: SGD(0.1), lambda t, p: t.SGD(p, lr=0.1)),
    "momentum": (lambda: SGD(0.1, 0.9), lambda t, p: t.SGD(p, lr=0.1, momentum=0.9)),
    "nesterov": (
        lambda: SGD(0.1, 0.9, True),
        lambda t, p: t.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    ),
    "rmsprop": (
        lambda: RMSprop(0.01, 0.95, 1e-6),
        lambda t, p: t.RMSprop(p, lr=0.01, alpha=0.95, eps=1e-6),
    ),
    "adam": (
        lambda: Adam(0.01, 0.8, 0.99, 1e-6),
        lambda t, p: t.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6),
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_of_training(torch: Any, name: str) -> None:
    ours, theirs = OPTIMIZERS[name]
    optimizer: Optimizer = ours()
    model = Sequential([Dense(7, "tanh"), Dense(3, "softmax")], seed=1, dtype=np.float64)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    model.build(5)
    net = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 3))
    net.double()
    with torch.no_grad():
        for linear, layer in zip((net[0], net[2]), model.layers, strict=True):
            kernel, bias = layer.get_weights()
            linear.weight.copy_(torch.tensor(kernel.T))
            linear.bias.copy_(torch.tensor(bias))
    their_optimizer = theirs(torch.optim, net.parameters())
    losses = []
    for _ in range(10):
        their_optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(torch.tensor(X)), torch.tensor(CLASSES))
        loss.backward()
        their_optimizer.step()
        losses.append(loss.item())
    history = model.fit(X, CLASSES, batch_size=None, epochs=10)
    assert_allclose(history.history["loss"], losses, rtol=1e-9)
    for linear, layer in zip((net[0], net[2]), model.layers, strict=True):
        kernel, bias = layer.get_weights()
        assert_allclose(kernel.T, linear.weight.detach().numpy(), rtol=1e-7, atol=1e-10)
        assert_allclose(bias, linear.bias.detach().numpy(), rtol=1e-7, atol=1e-10)


def test_dense(torch: Any) -> None:
    kernel, bias = RNG.standard_normal((5, 3)), RNG.standard_normal(3)
    expected = torch.nn.functional.linear(
        torch.tensor(X), torch.tensor(kernel.T), torch.tensor(bias)
    )
    outputs = ops.dense(Tensor(X), Tensor(kernel), Tensor(bias))
    assert_allclose(outputs.data, expected.numpy(), rtol=1e-12)
