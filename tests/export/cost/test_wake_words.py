"""The speed of networks with states: their bytes move, and many calls are made."""

from __future__ import annotations

from typing import Any

import pytest
from support.cortex_m0 import CYCLES
from support.tflite_files import installed_files
from support.wake_words import INSTRUCTIONS

from thumbnet.export import load_board
from thumbnet.export.cost.cycles import seconds
from thumbnet.importers import read


@pytest.mark.parametrize(("name", "tier"), INSTRUCTIONS)
def test_estimate(name: str, tier: str) -> None:
    """Within 20 % of the instructions that tests/end_to_end/test_cortex_m0.py counts."""
    network: Any = read(installed_files()[name])
    pico = load_board("pico")
    counted = INSTRUCTIONS[name, tier] * CYCLES[tier]
    assert abs(seconds(network.graph, pico, tier) * pico.clock / counted - 1) < 0.2
