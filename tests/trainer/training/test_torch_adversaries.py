"""Both steps of the adversaries of the example have the gradients of PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.require import require

from thumbnet.trainer import load_digits
from thumbnet.trainer.examples.generator import (
    NOISE,
    PIXELS,
    SCANNED,
    Adversaries,
    adversaries,
    scans,
    submissions,
    wishes,
)

COUNT = 12


@pytest.fixture(scope="module")
def torch() -> Any:
    try:
        import torch
    except ImportError:
        require("torch", "PyTorch is not installed: pip install torch")
    return torch


def copied(torch: Any, nets: Adversaries) -> tuple[Any, Any]:
    """The same weights in PyTorch's modules, in float64."""
    nn = torch.nn
    weights = [torch.tensor(w.astype(np.float64)) for w in nets.both.get_weights()]
    sizes = [w.shape for w in weights[::2]]
    layers = [nn.Linear(*size, dtype=torch.float64) for size in sizes]
    for layer, kernel, bias in zip(layers, weights[::2], weights[1::2], strict=True):
        layer.weight.data, layer.bias.data = kernel.T.contiguous(), bias
    draw = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.Sigmoid())
    judge = nn.Sequential(layers[2], nn.LeakyReLU(0.01), layers[3], nn.Sigmoid())
    return draw, judge


def theirs(module: Any) -> list[Any]:
    """The gradients of a module's kernels and biases, in our layout."""
    return [p.grad.numpy().T for p in module.parameters()]


@pytest.fixture
def nets() -> Adversaries:
    """Without dropout, whose random numbers PyTorch would not draw; biases as training leaves them.

    Their layers are not dead: some relus are off and some are on.
    """
    made, random = adversaries(dropout=0), np.random.default_rng(1)
    for variable in made.both.variables:
        if variable.data.ndim == 1:
            variable.assign(random.normal(0, 0.2, variable.shape))
    return made


def test_gradients_of_the_discriminator(torch: Any, nets: Adversaries) -> None:
    data, random = load_digits(), np.random.default_rng(2)
    wish = wishes(data.y[:COUNT], random)
    images = np.concatenate([scans(data)[:COUNT], nets.generator.predict(wish)])
    read = submissions(images, np.concatenate([wish, wish]))
    truth = np.repeat([[SCANNED], [0.0]], COUNT, axis=0)
    value, ours = nets.discriminator.gradients(read, truth)
    _, judge = copied(torch, nets)
    loss = torch.nn.functional.binary_cross_entropy(judge(torch.tensor(read)), torch.tensor(truth))
    loss.backward()
    assert value == pytest.approx(loss.item(), rel=1e-5)
    compare(ours, theirs(judge))


def test_gradients_of_the_generator_come_through_the_discriminator(
    torch: Any, nets: Adversaries
) -> None:
    wish = wishes(np.arange(COUNT) % 10, np.random.default_rng(2))
    goal = np.ones((COUNT, 1))
    value, ours = nets.both.gradients(wish, goal, nets.generator.trainable_variables)
    draw, judge = copied(torch, nets)
    scaled = torch.tensor(wish / 127.5 - 1)
    subject = torch.tensor(wish / 255.0)
    subject[:, :NOISE] = 0
    drawn = draw(scaled)
    assert drawn.shape == (COUNT, PIXELS)
    verdict = judge(torch.cat([drawn, subject], dim=1))
    loss = torch.nn.functional.binary_cross_entropy(verdict, torch.tensor(goal))
    loss.backward()
    assert value == pytest.approx(loss.item(), rel=1e-5)
    compare(ours, theirs(draw))


def compare(ours: list[Any], wanted: list[Any]) -> None:
    """Within 1e-5 of the largest entry, and none of them vanishes."""
    assert len(ours) == len(wanted) == 4
    for a, b in zip(ours, wanted, strict=True):
        assert np.abs(b).max() > 1e-4
        assert_allclose(a, b, rtol=0, atol=1e-5 * np.abs(b).max())
