"""Fixtures for all tests."""

from __future__ import annotations

import pytest
from support.require import require

from thumbnet.trainer import Dataset, load_mnist
from thumbnet.trainer.mnist import find_mnist


@pytest.fixture(scope="session")
def mnist() -> tuple[Dataset, Dataset]:
    """All of MNIST as (train, test). Never fetches: tests do not use the network."""
    if find_mnist() is None:
        require("mnist", "MNIST is not there: set THUMBNET_DATA to a folder with its four files")
    return load_mnist()
