"""Convolutions and pooling give the same numbers as PyTorch, which only these tests need."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.require import require

from thumbnet.trainer import (
    AveragePooling1D,
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv2D,
    DepthwiseConv1D,
    DepthwiseConv2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GradientTape,
    Layer,
    MaxPooling1D,
    MaxPooling2D,
    Variable,
)
from thumbnet.trainer.arrays import Array
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.layers.windowed import Windowed

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def torch() -> Any:
    try:
        import torch
    except ImportError:
        require("torch", "PyTorch is not installed: pip install torch")
    torch.set_num_threads(1)
    return torch


CONVOLUTIONS: dict[str, tuple[Layer, tuple[int, ...]]] = {
    "one channel": (Conv2D(4, 3), (9, 8, 1)),
    "many channels": (Conv2D(5, 3), (7, 8, 6)),
    "strides": (Conv2D(4, 3, strides=2), (8, 9, 3)),
    "unequal strides": (Conv2D(4, (3, 2), strides=(1, 3)), (8, 9, 3)),
    "stride larger than the kernel": (Conv2D(4, 2, strides=3), (9, 9, 2)),
    "same": (Conv2D(4, 3, padding="same"), (6, 5, 3)),
    "same, even kernel": (Conv2D(4, (4, 2), padding="same"), (6, 5, 3)),
    "same, strides": (Conv2D(4, (5, 3), (3, 2), padding="same"), (7, 8, 2)),
    "same, larger than the image": (Conv2D(2, 5, padding="same"), (2, 3, 2)),
    "pointwise": (Conv2D(4, 1), (4, 5, 6)),
    "no bias": (Conv2D(4, 3, use_bias=False), (5, 5, 2)),
    "all of the image": (Conv2D(4, (5, 6)), (5, 6, 2)),
    "sequence": (Conv1D(4, 3), (9, 3)),
    "sequence, same and strides": (Conv1D(4, 5, strides=2, padding="same"), (9, 3)),
    "depthwise": (DepthwiseConv2D(3), (6, 7, 5)),
    "depthwise, strides": (DepthwiseConv2D((3, 2), (2, 1)), (6, 7, 3)),
    "depthwise, same": (DepthwiseConv2D((5, 2), (2, 3), padding="same"), (6, 7, 3)),
    "depthwise, sequence": (DepthwiseConv1D(4, padding="same"), (9, 3)),
}

POOLINGS: dict[str, tuple[Layer, tuple[int, ...]]] = {
    "max": (MaxPooling2D(), (6, 8, 3)),
    "max with a rest": (MaxPooling2D(2), (7, 5, 3)),
    "max, overlapping": (MaxPooling2D(3, strides=2), (7, 9, 2)),
    "max, same": (MaxPooling2D((3, 4), strides=(2, 3), padding="same"), (7, 9, 2)),
    "max, sequence": (MaxPooling1D(3, 2, "same"), (8, 2)),
    "average": (AveragePooling2D(), (6, 8, 3)),
    "average, overlapping": (AveragePooling2D((3, 2), strides=1), (7, 9, 2)),
    "average, same": (AveragePooling2D((3, 4), strides=(2, 3), padding="same"), (7, 9, 2)),
    "average, sequence": (AveragePooling1D(3, 2, "same"), (8, 2)),
    "global": (GlobalAveragePooling2D(), (3, 4, 5)),
    "global, sequence": (GlobalAveragePooling1D(), (7, 5)),
}


def compare(layer: Layer, shape: tuple[int, ...], theirs: Any, torch: Any) -> None:
    """Compare outputs and all derivatives of a layer with those of `theirs(x, *weights)`."""
    layer.build(shape, np.random.default_rng(1), np.float64)
    for variable in layer.variables:
        variable.assign(RNG.standard_normal(variable.shape))
    x = Variable(RNG.standard_normal((3, *shape)), dtype=np.float64)
    operands = [x, *layer.variables]
    tensors = [torch.tensor(v.data, requires_grad=True) for v in operands]
    expected = theirs(*tensors)
    factors = RNG.standard_normal((3, *layer.output_shape))
    (expected * torch.tensor(factors)).sum().backward()
    with GradientTape() as tape:
        y = layer.call(x)
        loss = ops.sum(y * factors)
    assert y.shape == (3, *layer.output_shape)
    assert_allclose(y.data, expected.detach().numpy(), rtol=1e-10, atol=1e-12)
    for gradient, tensor in zip(tape.gradient(loss, operands), tensors, strict=True):
        assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-10, atol=1e-12)


def first(x: Any, torch: Any) -> Any:
    """Images (n, h, w, c), or sequences (n, t, c), as PyTorch has them: (n, c, h, w)."""
    return torch.movedim(x if x.ndim == 4 else x[:, None], -1, 1)


def last(y: Any, torch: Any, rank: int) -> Any:
    y = torch.movedim(y, 1, -1)
    return y if rank == 2 else y[:, 0]


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions(torch: Any, name: str) -> None:
    layer, shape = CONVOLUTIONS[name]
    assert isinstance(layer, Windowed)
    depthwise = isinstance(layer, (DepthwiseConv1D, DepthwiseConv2D))

    def theirs(x: Any, kernel: Any, bias: Any = None) -> Any:
        (top, bottom), (left, right) = layer.pads
        padded = torch.nn.functional.pad(first(x, torch), (left, right, top, bottom))
        if layer.rank == 1:
            kernel = kernel[None]
        if depthwise:
            kernel = kernel[:, :, None]
        kernel = kernel.permute(3, 2, 0, 1)
        y = torch.nn.functional.conv2d(
            padded, kernel, bias, stride=layer.strides, groups=x.shape[-1] if depthwise else 1
        )
        return last(y, torch, layer.rank)

    compare(layer, shape, theirs, torch)


@pytest.mark.parametrize("name", POOLINGS)
def test_pooling(torch: Any, name: str) -> None:
    layer, shape = POOLINGS[name]
    assert isinstance(layer, Windowed)
    functional = torch.nn.functional

    def theirs(x: Any) -> Any:
        (top, bottom), (left, right) = layer.pads
        images, pads = first(x, torch), (left, right, top, bottom)
        if isinstance(layer, (MaxPooling1D, MaxPooling2D)):
            padded = functional.pad(images, pads, value=-torch.inf)
            return last(
                functional.max_pool2d(padded, layer.window, layer.strides), torch, layer.rank
            )
        if isinstance(layer, (AveragePooling1D, AveragePooling2D)):
            total, count = (
                functional.avg_pool2d(functional.pad(v, pads), layer.window, layer.strides)
                for v in (images, torch.ones_like(images))
            )
            return last(total / count, torch, layer.rank)
        return functional.adaptive_avg_pool2d(images, 1)[:, :, 0, 0]

    compare(layer, shape, theirs, torch)


def test_max_pooling_sends_the_derivative_to_the_first_of_equals(torch: Any) -> None:
    values = RNG.integers(0, 2, (3, 6, 8, 2)).astype(float)
    x = torch.tensor(values, requires_grad=True)
    torch.nn.functional.max_pool2d(torch.movedim(x, -1, 1), 3, 2).sum().backward()
    layer, v = MaxPooling2D(3, strides=2), Variable(values, dtype=np.float64)
    layer.build((6, 8, 2), np.random.default_rng(0), np.float64)
    with GradientTape() as tape:
        loss = ops.sum(layer.call(v))
    assert_allclose(tape.gradient(loss, [v])[0], x.grad.numpy())


def test_batch_normalization_of_images(torch: Any) -> None:
    layer = BatchNormalization(epsilon=1e-3)
    layer.build((4, 5, 3), np.random.default_rng(0), np.float64)
    theirs = torch.nn.BatchNorm2d(3, eps=1e-3, momentum=0.01, dtype=torch.float64)
    arrays: list[Array] = [RNG.standard_normal(s) for s in ((6, 4, 5, 3), (3,), (3,))]
    values, gamma, beta = arrays
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(gamma))
        theirs.bias.copy_(torch.tensor(beta))
    factors = RNG.standard_normal(values.shape)
    x = torch.tensor(values, requires_grad=True)
    y = torch.movedim(theirs(torch.movedim(x, -1, 1)), 1, -1)
    (y * torch.tensor(factors)).sum().backward()
    v = Variable(values, dtype=np.float64)
    with GradientTape() as tape:
        outputs = layer.call(v, training=True)
        loss = ops.sum(outputs * factors)
    assert_allclose(outputs.data, y.detach().numpy(), rtol=1e-9, atol=1e-12)
    by_x, by_gamma, by_beta = tape.gradient(loss, [v, layer.gamma, layer.beta])
    assert_allclose(by_x, x.grad.numpy(), rtol=1e-9, atol=1e-12)
    assert_allclose(by_gamma, theirs.weight.grad.numpy(), rtol=1e-9)
    assert_allclose(by_beta, theirs.bias.grad.numpy(), rtol=1e-9)
    theirs.eval()
    expected = torch.movedim(theirs(torch.movedim(x, -1, 1)), 1, -1).detach().numpy()
    # PyTorch's moving variance divides by n - 1, Keras's and ours by n.
    layer.moving_variance.assign(theirs.running_var.numpy())
    assert_allclose(layer.call(v).data, expected, rtol=1e-9, atol=1e-12)
