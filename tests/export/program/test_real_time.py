"""How often the network runs on sound: as often as it was trained for, if the board can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from thumbnet.export import Graph, Program, convert, load_board
from thumbnet.export.cost.cycles import sound_load
from thumbnet.export.program.real_time import MOST_LOAD
from thumbnet.trainer import (
    FRONT_ENDS,
    Dense,
    Flatten,
    Model,
    Rescaling,
    Sequential,
    ThumbnetError,
    TrainedSound,
)

SOUND = TrainedSound(FRONT_ENDS["micro_speech"], 20, 2, 0.0015, background=1)
ROWS = np.random.default_rng(0).integers(0, 256, (20, *SOUND.shape)).astype(np.uint8)


def model(sound: TrainedSound = SOUND) -> Model:
    layers = [
        Rescaling(1 / 255, -sound.zero_point / 255),
        Flatten(),
        Dense(300),
        Dense(3, "softmax"),
    ]
    made = Sequential(layers, seed=0)
    made.build(SOUND.shape)
    made.labels = ("a", "background", "b")
    made.info["sound"] = sound.get_config()
    return made


def on(clock: float) -> Program:
    return convert(model(), ROWS, board=replace(load_board("pico"), clock=clock))


def load(graph: Graph, clock: float) -> float:
    found = sound_load(graph, replace(load_board("pico"), clock=clock), "thumb", True)
    assert found is not None
    return found


def test_the_step_follows_the_board() -> None:
    fast = on(125e6).graph
    assert fast.sound is not None
    assert (fast.sound.step, fast.sound.background) == (2, 1)
    assert load(fast, 125e6) < MOST_LOAD
    slow = on(25e6).graph
    assert slow.sound is not None
    assert 2 < slow.sound.step < 20
    assert load(slow, 25e6) <= MOST_LOAD
    more = replace(slow, sound=replace(slow.sound, step=slow.sound.step - 1))
    assert load(more, 25e6) > MOST_LOAD
    never = on(5e6).graph  # the front end alone is too slow: the export says so
    assert never.sound is not None
    assert never.sound.step == 2
    assert load(never, 5e6) > 1


@pytest.mark.parametrize("change", [{"frames": 19}, {"zero_point": 3}])
def test_settings_of_another_network(change: dict[str, int]) -> None:
    made = model()
    made.info["sound"] = {**SOUND.get_config(), **change}
    with pytest.raises(ThumbnetError, match=r"but its settings for sound make .*: train again"):
        convert(made, ROWS)
    made.info["sound"] = {"frames": 3}
    with pytest.raises(ThumbnetError, match="not understood: train again"):
        convert(made, ROWS)
