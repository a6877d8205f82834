"""The type of an array of numbers, whatever its dtype."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]

LARGEST = 1e30
"""Largest number in data: products with weights stay finite in float32, squares in float64."""
