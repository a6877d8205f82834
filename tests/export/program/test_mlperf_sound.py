"""What the networks of MLPerf Tiny say of speech: with the integers of sound, and with floats."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from support.sound_formulas import FORMULAS, wanted_levels
from support.sounds import Samples, speech
from support.tflite_files import mlperf_file

from thumbnet.export.stages.reference import execute
from thumbnet.importers import IntegerNetwork, read
from thumbnet.trainer import FRONT_ENDS, SoundFrontEnd, sound_levels

WORDS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes", "seven")
VOICES = ("en", "en-us+f3")

pytestmark = pytest.mark.slow


def both_answers(
    name: str, sounds: list[Samples], frames: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The scores of a network for each sound: from integers, and from the formula."""
    network = read(mlperf_file(f"{name}_int8"))
    assert isinstance(network, IntegerNetwork)
    graph, front_end = network.graph, FRONT_ENDS[f"mlperf_{name}"]
    spec = graph.tensors[graph.nodes[0].output]
    assert isinstance(spec.scale, float)
    levels = [
        sound_levels(
            front_end,
            SoundFrontEnd(front_end).push(pcm),
            front_end.unit,
            spec.scale,
            spec.zero_point,
        )
        for pcm in sounds
    ]
    wanted = [wanted_levels(f"mlperf_{name}", FORMULAS[f"mlperf_{name}"](pcm)) for pcm in sounds]
    rows = [np.array([every[:frames].ravel() for every in of]) for of in (levels, wanted)]
    found, want = (execute(graph, row, ["scores"])["scores"] for row in rows)
    return found, want


def clip(word: str, voice: str) -> Samples:
    """A second with a word in its middle, as loud as 16 bits allow: as the network was trained."""
    spoken = speech(word, voice)
    loud = np.flatnonzero(np.abs(spoken) > 300)
    spoken = spoken[loud[0] : loud[-1] + 1][:16_000]
    spoken = spoken * 32_767 // np.abs(spoken).max()
    before = (16_000 - len(spoken)) // 2
    return np.pad(spoken, (before, 16_000 - len(spoken) - before))


def test_keywords() -> None:
    found, want = both_answers("kws", [clip(word, v) for word in WORDS for v in VOICES], 49)
    assert (found.argmax(axis=1) == want.argmax(axis=1)).all()
    assert np.abs(found - want).mean() < 1


def test_anomalies() -> None:
    pcm = speech("the machine works, does it not")
    sounds = [pcm[at : at + 1024 + 4 * 512] for at in range(0, len(pcm) - 4000, 2000)]
    found, want = both_answers("ad", sounds, 5)
    assert np.abs(found - want).max() <= 6
    assert np.abs(found - want).mean() < 0.5
