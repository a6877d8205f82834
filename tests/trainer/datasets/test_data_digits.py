"""The digits in the package, and enlarging them."""

from __future__ import annotations

import numpy as np
import pytest
from support.require import require

from thumbnet.trainer import ThumbnetError, load_dataset, load_digits, resize_bilinear


def test_digits() -> None:
    data = load_digits()
    assert data.x.shape == (1797, 64)
    assert data.x.dtype == np.uint8
    assert (int(data.x.min()), int(data.x.max())) == (0, 16)
    assert data.labels == tuple("0123456789")
    # The class sizes that UCI publishes for this part of the set.
    assert np.bincount(data.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert data.image_shape == (8, 8)
    spec = data.input_spec
    assert spec is not None
    assert (spec.shape, spec.resolution, spec.minimum, spec.maximum) == ((64,), 1.0, 0.0, 16.0)
    first = data.x[0].reshape(8, 8)
    assert first[0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert data.y[0] == 0


def test_digits_by_name() -> None:
    assert load_dataset("digits").name == "digits"


def test_resize_keeps_flat_and_linear_pictures() -> None:
    ramp = np.broadcast_to(np.arange(8, dtype=np.uint8), (1, 8, 8))
    larger = resize_bilinear(ramp, (16, 16))
    assert larger.shape == (1, 16, 16)
    assert larger.dtype == np.float32
    np.testing.assert_allclose(
        larger[0, 5], np.clip(np.arange(16) / 2 - 0.25, 0, 7), rtol=0, atol=1e-6
    )
    np.testing.assert_array_equal(resize_bilinear(ramp, (8, 8)), ramp)
    assert resize_bilinear(np.full((2, 1, 1), 3), (4, 5)).tolist() == np.full((2, 4, 5), 3).tolist()


@pytest.mark.parametrize("shape", [(16, 16), (4, 4), (5, 13), (1, 1), (8, 8)])
def test_resize_against_pytorch(shape: tuple[int, int]) -> None:
    try:
        import torch
    except ImportError:
        require("torch", "PyTorch is not installed")
    x = load_digits().x[:20].reshape(-1, 8, 8)
    theirs = torch.nn.functional.interpolate(
        torch.tensor(x[:, None], dtype=torch.float32), shape, mode="bilinear", align_corners=False
    )
    np.testing.assert_allclose(resize_bilinear(x, shape), theirs[:, 0].numpy(), atol=1e-5)


def test_resize_refusals() -> None:
    with pytest.raises(ThumbnetError, match=r"^resize_bilinear: images have shape \(2, 64\), "):
        resize_bilinear(np.zeros((2, 64)), (16, 16))
    with pytest.raises(ThumbnetError, match=r"cannot make pictures of 0 x 4 pixels$"):
        resize_bilinear(np.zeros((2, 8, 8)), (0, 4))
