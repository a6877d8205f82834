"""Parametrized tests whose sharp cases run always and the others with `make test-slow`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest

SLOW = pytest.mark.slow


def sharp(values: Iterable[Any], always: Collection[Any]) -> list[Any]:
    """All values, those that are not among `always` marked slow."""
    return [value if value in always else pytest.param(value, marks=SLOW) for value in values]
