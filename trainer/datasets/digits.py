"""The handwritten digits that come with the package."""

from __future__ import annotations

import io
from importlib.resources import files

import numpy as np

from .dataset import Dataset
from .input_spec import InputSpec


def load_digits() -> Dataset:
    """Load the UCI handwritten digits: 1,797 images of 8 x 8 pixels.

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.

    Returns
    -------
    Dataset
        x: (1797, 64) uint8, ink from 0 to 16; y: (1797,) int64; labels "0" to "9".
    """
    packed = files(__package__).joinpath("digits.npz").read_bytes()
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        x, y = arrays["x"], arrays["y"]
    return Dataset(
        x,
        y,
        labels=tuple("0123456789"),
        input_spec=InputSpec((64,), resolution=1.0, minimum=0.0, maximum=16.0),
        name="digits",
        image_shape=(8, 8),
    )
