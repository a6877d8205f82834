"""Embeddings, of whole numbers and of positions, against PyTorch and the definition."""

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
    Embedding,
    Flatten,
    GradientTape,
    PositionEmbedding,
    Sequential,
    Tensor,
    ThumbnetError,
    load_model,
)
from thumbnet.trainer.autograd import functional as ops

RNG = np.random.default_rng(0)


def test_against_torch() -> None:
    try:
        import torch
    except ImportError:
        require("torch", "PyTorch is not installed: pip install torch")
    layer = Embedding(11, 4)
    layer.build((9,), RNG, np.float32)
    chosen = RNG.integers(0, 11, (6, 9))  # most rows several times
    factors = RNG.normal(0, 1, (6, 9, 4)).astype(np.float32)
    net = torch.nn.Embedding.from_pretrained(torch.tensor(layer.embeddings.data), freeze=False)
    expected = net(torch.tensor(chosen))
    (expected * torch.tensor(factors)).sum().backward()
    with GradientTape() as tape:
        outputs = layer.call(Tensor(chosen.astype(np.float32)), training=True)
        loss = ops.sum(outputs * factors)
    assert_array_equal(outputs.data, expected.detach().numpy())
    (found,) = tape.gradient(loss, [layer.embeddings])
    assert_allclose(found, net.weight.grad.numpy(), rtol=1e-5, atol=1e-5)


def test_numbers_outside_the_table() -> None:
    layer = Embedding(11, 4, name="letters")
    layer.build((2,), RNG, np.float32)
    for wrong in (-1.0, 11.0, np.nan, np.inf):
        with pytest.raises(ThumbnetError, match="'letters' takes whole numbers from 0 to 10, not"):
            layer.call(Tensor(np.array([[10.0, wrong]])))


@pytest.mark.parametrize("steps", [5, 3])
def test_gradients_of_positions(steps: int) -> None:
    layer, x = PositionEmbedding(5), variable(RNG, 2, steps, 3)
    layer.build((steps, 3), RNG, np.float64)
    assert layer.embeddings.shape == (5, 3)
    assert_array_equal(layer.call(x).data, x.data + layer.embeddings.data[:steps])
    factors = RNG.normal(0, 1, x.shape)
    assert_gradients(lambda: ops.sum(layer.call(x) * factors), [x, layer.embeddings])


def test_they_come_back_from_a_file(tmp_path: Path) -> None:
    layers = [Embedding(9, 4), PositionEmbedding(8, "he_normal"), Flatten(), Dense(2)]
    model = Sequential(layers, seed=1)
    model.build((6,))
    assert model.layers[0].count_params() == 36
    model.save(tmp_path / "net.npz")
    x, loaded = RNG.integers(0, 9, (3, 6)), load_model(tmp_path / "net.npz")
    assert_array_equal(loaded.predict(x), model.predict(x))
    for a, b in zip(loaded.layers, model.layers, strict=True):
        assert a.get_config() == b.get_config()


def test_wrong_settings_and_shapes() -> None:
    wrong: Any
    for wrong in ((0, 4), (4, 1.5)):
        with pytest.raises(ThumbnetError, match=r"Embedding: \w+_dim is .* positive whole number"):
            Embedding(*wrong)
    with pytest.raises(ThumbnetError, match=r"takes a row of whole numbers, not shape \(4, 2\)"):
        Embedding(4, 4).build((4, 2), RNG, np.float64)
    for wrong in (0, "8"):
        with pytest.raises(ThumbnetError, match=r"sequence_length is .* positive whole number"):
            PositionEmbedding(wrong)
    for wrong in ((9, 2), (4,)):
        with pytest.raises(ThumbnetError, match="of at most 8 steps, not shape"):
            PositionEmbedding(8).build(wrong, RNG, np.float64)
