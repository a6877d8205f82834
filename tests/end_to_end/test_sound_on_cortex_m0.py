"""Front end, network and decisions of the default network for sounds, in less than real time."""

from __future__ import annotations

import ast

import numpy as np
import pytest
from support.cortex_m0 import CYCLES, cortex_m0

from thumbnet.export import Program, convert, hear
from thumbnet.tools.workflow.architecture import build
from thumbnet.tools.workflow.settings import SOUND_CONV, SOUND_HIDDEN, TrainSettings
from thumbnet.trainer import FRONT_ENDS, Clip, SoundOptions, Sounds, split_sounds

pytestmark = [pytest.mark.emulated, pytest.mark.slow]

CLOCK, HOP = 125e6, 320


def untrained() -> Program:
    """The default network, of random weights: it takes as long as a trained one."""
    random = np.random.default_rng(0)
    clips = [
        Clip(f"{label} {k}", label, f"file {label} {k}", random.integers(-9999, 9999, 12_000))
        for label in ("no", "stop", "yes")
        for k in range(2)
    ]
    options = SoundOptions(FRONT_ENDS["micro_speech"], copies=1)
    train, _ = split_sounds(Sounds(tuple(clips), (), 16_000), options, 0.5, 0)
    model = build(train, TrainSettings(SOUND_HIDDEN, conv=SOUND_CONV))
    return convert(model, train.x, name="words", board="pico")


def test_less_than_real_time() -> None:
    program = untrained()
    sound = program.graph.sound
    assert sound is not None
    pcm = np.random.default_rng(1).integers(-3000, 3000, sound.frames * HOP + 160 + 20 * HOP)
    heard = hear(program.graph, sound, pcm)
    with cortex_m0(program) as board:
        board.execute("s=m.Stream()")
        begin = (sound.frames - 1) * HOP + 480
        for at in range(0, begin, HOP):
            board.send(pcm[at : min(at + HOP, begin)].astype("<i2").tobytes())
            board.execute("s.push(x)")
        counted = []
        for at in range(begin, begin + sound.step * HOP, HOP):
            board.send(pcm[at : at + HOP].astype("<i2").tobytes())
            counted.append(board.instructions("r=s.push(x)"))
        said = ast.literal_eval(board.execute("print((list(m.SCORES),s.score))"))
        assert said == (heard.scores[1].tolist(), int(heard.sums[1].max()))
    cycles = sum(counted) * CYCLES["viper"]
    load = cycles / (sound.step * HOP / 16_000 * CLOCK)
    assert load < 0.2
    # The push in which the network runs ends before the driver has no room left.
    assert max(counted) * CYCLES["viper"] / CLOCK < 0.1
