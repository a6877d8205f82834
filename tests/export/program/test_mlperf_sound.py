"""What the networks of MLPerf Tiny say of speech: with the integers of sound, and with floats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.sound_formulas import FORMULAS, wanted_levels
from support.sound_modules import run_beside
from support.sounds import Samples, needs_espeak, speech
from support.tflite_files import mlperf_file

from thumbnet.export import convert_graph, hear, with_sound
from thumbnet.export.stages.reference import execute
from thumbnet.importers import IntegerNetwork, read
from thumbnet.trainer import FRONT_ENDS, SoundFrontEnd, sound_levels

WORDS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes", "seven")
VOICES = ("en", "en-us+f3")

pytestmark = pytest.mark.slow


def network(name: str) -> IntegerNetwork:
    found = read(mlperf_file(f"{name}_int8"))
    assert isinstance(found, IntegerNetwork)
    return found.named(name)


def both_answers(
    name: str, sounds: list[Samples], frames: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The scores of a network for each sound: from integers, and from the formula."""
    graph, front_end = network(name).graph, FRONT_ENDS[f"mlperf_{name}"]
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


RUN = """
import kws
stream = kws.Stream()
with open("sound.raw", "rb") as file:
    while piece := file.read(640):
        found = stream.push(piece)
        print(found, stream.score)
"""


def test_spoken_keywords_are_heard_on_the_board(tmp_path: Path) -> None:
    """From samples to words, on the PC and in a heap of 128 KB."""
    needs_espeak()
    made = network("kws")
    graph = with_sound(made.graph, "mlperf_kws", cutoff=0.6, mean_of=2, step=7)
    sound = graph.sound
    assert sound is not None
    pcm = np.concatenate([clip(word, "en") for word in ("yes", "left", "up")])
    heard = hear(graph, sound, pcm)
    names = [WORDS[k] for k in heard.decisions if 0 <= k < 10]
    assert {*names} >= {"yes", "left", "up"}
    options: dict[str, Any] = {"tier": "viper", "mpy": True, "weights": "stream"}
    program = convert_graph(graph, made.task, made.layers, board="unix", **options)
    program.write(tmp_path, vectors=0)
    (tmp_path / "sound.raw").write_bytes(pcm.astype("<i2").tobytes())
    lines = [line.split() for line in run_beside(tmp_path, RUN, "128k").splitlines()]
    first, front_end = sound.frames - 1, sound.front_end
    ends = front_end.window + front_end.hop * (first + sound.step * np.arange(len(heard.decisions)))
    pushes = -(-ends // 320) - 1
    found = [lines[k] for k in pushes]
    sums = heard.sums.max(axis=1)
    want = [
        [str(int(k)) if k >= 0 else "None", str(int(s))]
        for k, s in zip(heard.decisions, sums, strict=True)
    ]
    assert found == want
    assert sum(line[0] != "None" for line in lines) == (heard.decisions >= 0).sum()
