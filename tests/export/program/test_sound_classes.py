"""Streams that decide between classes, whatever their probabilities are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.sound_modules import run_beside
from support.sounds import sounds
from support.tflite_files import mlperf_file

from thumbnet.export import Graph, Program, convert, convert_graph, hear, with_sound
from thumbnet.importers import IntegerNetwork, read
from thumbnet.trainer import (
    FRONT_ENDS,
    Dense,
    Flatten,
    Rescaling,
    Sequential,
    ThumbnetError,
    TrainedSound,
)

SOUND = TrainedSound(FRONT_ENDS["micro_speech"], 4, 2, 0.0015, mean_of=2, cutoff=0.4)
ROWS = np.random.default_rng(0).integers(0, 256, (20, *SOUND.shape)).astype(np.uint8)


def of_floats(curve: str, background: int) -> Program:
    layers = [Rescaling(1 / 255), Flatten(), Dense(3, curve)]
    model = Sequential(layers, seed=4)
    model.build(SOUND.shape)
    model.labels = ("a", "b", "c")
    model.info["sound"] = {**SOUND.get_config(), "background": background}
    return convert(model, ROWS, name="net", board="unix")


def keywords() -> Program:
    network = read(mlperf_file("kws_int8"))
    assert isinstance(network, IntegerNetwork)
    network = network.named("net")
    graph = with_sound(network.graph, "mlperf_kws", cutoff=0.2, mean_of=2, background=11)
    return convert_graph(graph, network.task, network.layers, board="unix", mpy=True)


MADE = {
    "softmax": lambda: of_floats("softmax", 1),
    "softmax without a background": lambda: of_floats("softmax", -1),
    "sigmoids": lambda: of_floats("sigmoid", 2),
    "an int8 .tflite": keywords,
}

PUSH = """
import net
stream = net.Stream()
with open("sound.raw", "rb") as file:
    for size in SIZES:
        print(stream.push(file.read(2 * size)), stream.score, stream.label)
"""


@pytest.mark.parametrize("kind", MADE)
def test_the_board_decides_as_the_pc(kind: str, tmp_path: Path) -> None:
    program = MADE[kind]()
    program.write(tmp_path, vectors=0)
    sound = program.graph.sound
    assert sound is not None
    parts = sounds(9_000)
    pcm = np.concatenate([parts[name] for name in ("noise", "chirp", "silence", "4 kHz")])
    heard = hear(program.graph, sound, pcm)
    hop = sound.front_end.hop
    sizes = [sound.front_end.window + (sound.frames - 1) * hop]
    sizes += [sound.step * hop] * (len(heard.scores) - 1)
    (tmp_path / "sound.raw").write_bytes(pcm.astype("<i2").tobytes())
    program_text = PUSH.replace("SIZES", str(sizes))
    lines = run_beside(tmp_path, program_text, "400k").splitlines()
    label, wanted = None, []
    for decision, sums in zip(heard.decisions.tolist(), heard.sums.tolist(), strict=True):
        label = program.task.labels[decision] if decision >= 0 else label
        wanted.append(f"{decision if decision >= 0 else None} {max(sums)} {label}")
    assert lines == wanted
    assert heard.decisions[0] == -1
    assert (heard.decisions[1:] >= 0).any()


def probable(background: int) -> Graph:
    program = of_floats("softmax", -1)
    return with_sound(program.graph, "micro_speech", cutoff=0.5, mean_of=1, background=background)


def test_refused() -> None:
    with pytest.raises(ThumbnetError, match="class 3 is its background, but it has 3 classes"):
        probable(3)
    model = Sequential([Rescaling(1 / 255), Flatten(), Dense(1, "sigmoid")], seed=0)
    model.build(SOUND.shape)
    graph = convert(model, ROWS).graph
    with pytest.raises(ThumbnetError, match="it has a background, but one output"):
        with_sound(graph, "micro_speech", cutoff=0.5, mean_of=1, background=0)
    model = Sequential([Rescaling(1 / 255), Flatten(), Dense(3)], seed=0)
    model.build(SOUND.shape)
    with pytest.raises(ThumbnetError, match="3 outputs that are no probabilities"):
        with_sound(convert(model, ROWS).graph, "micro_speech", cutoff=0.5, mean_of=1)
