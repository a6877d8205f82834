"""Skips that CI can turn into failures."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def require(name: str, reason: str) -> NoReturn:
    """Skip because `name` is not there; fail instead where THUMBNET_REQUIRE lists it.

    CI sets THUMBNET_REQUIRE=mnist,torch,micropython: what must run there cannot vanish quietly.
    """
    required = {item.strip() for item in os.environ.get("THUMBNET_REQUIRE", "").split(",")}
    if name in required:
        pytest.fail(f"{reason} (THUMBNET_REQUIRE lists {name})", pytrace=False)
    pytest.skip(reason)
