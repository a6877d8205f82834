"""Skips for data that not every machine has."""

from __future__ import annotations

from importlib.util import find_spec

from .require import require


def needs_aeon() -> None:
    """Skip where the package with the recordings is not installed."""
    if find_spec("aeon") is None:
        require("aeon", "the package aeon is not installed")
