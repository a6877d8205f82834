"""Images in another size, by bilinear interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError


def _weights(size: int, new: int) -> NDArray[np.float32]:
    """Return (new, size): how much each old pixel contributes to each new one; rows sum to 1."""
    # Pixels are areas whose centres lie at i + 0.5; beyond the outer centres the edge repeats.
    position = np.clip((np.arange(new) + 0.5) * size / new - 0.5, 0, size - 1)
    left = np.minimum(np.floor(position).astype(np.int64), max(size - 2, 0))
    right = np.minimum(left + 1, size - 1)
    share = position - left
    weights = np.zeros((new, size))
    np.add.at(weights, (np.arange(new), left), 1 - share)
    np.add.at(weights, (np.arange(new), right), share)
    return weights.astype(np.float32)


def resize_bilinear(images: NDArray[Any], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Resample images to another size.

    The formula is that of `torch.nn.functional.interpolate(mode="bilinear", align_corners=False)`
    and of `tf.image.resize`: half-pixel centres, no smoothing before shrinking.

    Parameters
    ----------
    images : array_like, shape (n, height, width)
        Of any number type.
    shape : tuple of int
        The new height and width.

    Returns
    -------
    ndarray, shape (n, *shape)
        float32, in the same units.

    Raises
    ------
    ThumbnetError
        If `images` has another number of axes, or a size is 0.
    """
    pictures = np.asarray(images, dtype=np.float32)
    if pictures.ndim != 3 or 0 in pictures.shape[1:]:
        raise ThumbnetError(
            f"resize_bilinear: images have shape {pictures.shape}, "
            "they must be (examples, height, width): reshape flat rows first"
        )
    height, width = shape
    if height < 1 or width < 1:
        raise ThumbnetError(f"resize_bilinear: cannot make pictures of {height} x {width} pixels")
    rows, columns = _weights(pictures.shape[1], height), _weights(pictures.shape[2], width)
    return np.asarray(rows @ pictures @ columns.T, dtype=np.float32)
