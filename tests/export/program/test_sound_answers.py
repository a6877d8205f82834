"""From sound to decisions: a wake word of microWakeWord, equal to its references at each step."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.micropython import needs_micropython
from support.sound_modules import run_beside
from support.sounds import Samples, needs_espeak, speech
from support.tflite_files import installed_files

from thumbnet.export import Graph, convert_graph, hear, with_sound
from thumbnet.export.program import read_contents, sound_answers
from thumbnet.export.program.stream_vectors import stream_answers, stream_inferences
from thumbnet.importers import IntegerNetwork, read
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import open_target
from thumbnet.trainer import FRONT_ENDS, LogMelSettings, ThumbnetError, sound_levels

HOP = 160
pymicro_wakeword = pytest.importorskip("pymicro_wakeword", reason="pip install pymicro-wakeword")


def network(name: str) -> IntegerNetwork:
    found = read(installed_files()[name])
    assert isinstance(found, IntegerNetwork)
    return found.named(name)


def hearing(name: str) -> Graph:
    wheel = of_the_wheel(name)
    return with_sound(
        network(name).graph, cutoff=wheel.probability_cutoff, mean_of=wheel.sliding_window_size
    )


def of_the_wheel(name: str) -> Any:
    return pymicro_wakeword.MicroWakeWord.from_builtin(pymicro_wakeword.Model(name))


class LiteRT:
    """What pymicro-wakeword calls of its TensorFlow, done by LiteRT.

    The library in the wheel has other kernels; LiteRT's are those that imports are compared with.
    """

    def __init__(self, path: Path) -> None:
        interpreter = pytest.importorskip("ai_edge_litert.interpreter")
        self.network = interpreter.Interpreter(str(path))
        self.network.allocate_tensors()
        self.scores: list[int] = []
        self.levels: list[list[int]] = []

    def TfLiteTensorCopyFromBuffer(self, tensor: Any, data: Any, size: int) -> None:
        row = np.frombuffer(ctypes.string_at(data, size), np.int8)
        self.levels.append((row.astype(int) + 128).tolist())
        (place,) = self.network.get_input_details()
        self.network.set_tensor(place["index"], row.reshape(place["shape"]))

    def TfLiteInterpreterInvoke(self, interpreter: Any) -> None:
        self.network.invoke()

    def TfLiteTensorByteSize(self, tensor: Any) -> int:
        return 1

    def TfLiteTensorCopyToBuffer(self, tensor: Any, data: Any, size: int) -> None:
        (place,) = self.network.get_output_details()
        answer = self.network.get_tensor(place["index"]).tobytes()
        self.scores.append(answer[0])
        ctypes.memmove(data, answer, size)


def spoken(name: str) -> Samples:
    words = name.replace("_", " ")
    quiet = np.random.default_rng(0).integers(-20, 21, 6000)
    parts = [quiet, speech(words), quiet, speech("turn on the light"), speech(words, "en-us")]
    return np.concatenate([*parts, quiet])


def expected(name: str, pcm: Samples) -> Iterator[tuple[list[int], int, bool]]:
    """Levels, score and decision of each inference, as the wheel computes them."""
    wheel, features = of_the_wheel(name), pymicro_wakeword.MicroWakeWordFeatures()
    runtime = LiteRT(installed_files()[name])
    wheel.lib = runtime
    for k in range(0, len(pcm) - HOP + 1, HOP):
        for row in features.process_streaming(pcm[k : k + HOP].astype("<i2").tobytes()):
            before = len(runtime.scores)
            decision = wheel.process_streaming(row)
            if len(runtime.scores) > before:
                yield runtime.levels[-1], runtime.scores[-1], bool(decision)
    wheel.interpreter = wheel.model = None  # nothing of LiteRT's is to be freed by the wheel


@pytest.mark.parametrize("name", ["okay_nabu", "alexa"])
def test_equal_to_the_wheel(name: str) -> None:
    pcm = spoken(name)
    want = list(expected(name, pcm))
    graph = hearing(name)
    assert graph.sound is not None
    heard = hear(graph, graph.sound, pcm)
    assert heard.levels.tolist() == [levels for levels, _, _ in want]
    assert heard.scores.tolist() == [score for _, score, _ in want]
    assert heard.detected.tolist() == [decision for _, _, decision in want]


def test_a_spoken_word_is_heard() -> None:
    """espeak-ng says it clearly enough."""
    needs_espeak()
    graph = hearing("okay_nabu")
    assert graph.sound is not None
    assert hear(graph, graph.sound, spoken("okay_nabu")).detected.any()
    other = np.concatenate([spoken("alexa"), speech("what is the weather like")])
    assert not hear(graph, graph.sound, other).detected.any()


RUN = """
import okay_nabu as net
stream = net.Stream()
with open("sound.raw", "rb") as file:
    for size in SIZES:
        found = stream.push(file.read(2 * size))
        print(found, stream.score)
stream.reset()
print(stream.score, stream.push(bytes(2 * 800)), stream.score)
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("okay_nabu")
    made = network("okay_nabu")
    program = convert_graph(
        *(hearing("okay_nabu"), made.task, made.layers),
        **{"board": "unix", "tier": "viper", "mpy": True, "weights": "stream"},
    )
    program.write(folder, vectors=0)
    return folder


def test_the_board_decides_as_the_pc(exported: Path) -> None:
    pcm = spoken("okay_nabu")[: 16000 * 3]
    graph = hearing("okay_nabu")
    assert graph.sound is not None
    heard = hear(graph, graph.sound, pcm)
    # Pieces of any length, some with many inferences in them, some with none.
    random = np.random.default_rng(0)
    ends = np.unique(np.append(random.integers(0, len(pcm), 60), len(pcm)))
    (exported / "sound.raw").write_bytes(pcm.astype("<i2").tobytes())
    program = RUN.replace("SIZES", str(np.diff(ends, prepend=0).tolist()))
    lines = run_beside(exported, program, "128k").splitlines()
    want = []
    for begin, end in pairwise([0, *ends.tolist()]):
        a, b = (max(0, ((n - 480) // HOP + 1) // 3) for n in (begin, end))
        found = bool(heard.detected[a:b].any()) if b > a else None
        want.append(f"{found} {heard.sums[b - 1] if b else 0}")
    assert lines[:-1] == want
    assert lines[-1] == "0 False 0"
    assert "True" in {line.split()[0] for line in want}


def test_samples_of_any_kind(exported: Path) -> None:
    program = """
from array import array
import okay_nabu as net
samples = [k * 7919 % 65536 - 32768 for k in range(800)]
stream = net.Stream()
found = []
halves = array("h", samples)
odd = memoryview(b"x" + bytes(halves))[1:]
for pcm in (samples, halves, bytes(halves), bytearray(halves), memoryview(halves), odd):
    stream.reset()
    stream.push(pcm)
    found.append(bytes(net.VALUES))
print(set(found) == {found[0]}, len(set(found[0])) > 20)
for wrong in (b"123", [1, 2.5], [40000], 7, [-32769]):
    try:
        stream.push(wrong)
    except ValueError as error:
        print(error)
print(stream.push(b""), stream.push([5]))
"""
    assert run_beside(exported, program, "128k").splitlines() == [
        "True True",
        "expected samples of 2 bytes each, got 3 bytes",
        "sample 1 is 2.5, expected -32768 to 32767",
        "sample 0 is 40000, expected -32768 to 32767",
        "expected samples, as bytes or as an array of 16 bits, got 7",
        "sample 0 is -32769, expected -32768 to 32767",
        "None None",
    ]


FRONT_END_OF = {
    **dict.fromkeys(("plain", "viper"), FRONT_ENDS["microwakeword"]),
    "plain, MFCC": FRONT_ENDS["mlperf_kws"],
    "viper, dB": LogMelSettings(logarithm="decibel", power=2, floor=1e-10),
}


@pytest.mark.parametrize("name", FRONT_END_OF)
def test_verify_pushes_sound(name: str, tmp_path: Path) -> None:
    needs_micropython()
    made, tier = network("alexa"), name.split(",")[0]
    graph = with_sound(made.graph, FRONT_END_OF[name], cutoff=0.5, mean_of=2)
    program = convert_graph(graph, made.task, made.layers, board="unix", tier=tier)
    assert len(np.unique([row["values"] for row in stream_answers(graph)])) > 20
    artifact = program.write(tmp_path, vectors=0)
    with open_target("unix") as target:
        verdict = finish(verify(target, artifact))
    assert verdict.equal
    assert verdict.inputs == len(artifact.inputs) + 3


def test_micro_speech_reads_the_levels_of_tensorflow_lite_micro() -> None:
    """`(feature * 256 + 333) / 666`: GenerateMicroFeatures of its example."""
    graph = with_sound(network("alexa").graph, "micro_speech", cutoff=0.5, mean_of=2)
    sound, spec = graph.sound, graph.tensors[graph.nodes[0].output]
    assert sound is not None
    features = np.arange(65_536)
    found = sound_levels(sound.front_end, features, sound.unit, float(spec.scale), spec.zero_point)
    assert np.array_equal(found, np.minimum((features * 256 + 333) // 666, 255))
    # Others, and networks for other numbers, read what training did.
    for name, wider in (("microwakeword", 1.0), ("micro_speech", 1.05)):
        tensors = {
            **graph.tensors,
            graph.nodes[0].output: replace(spec, scale=float(spec.scale) * wider),
        }
        other = with_sound(replace(graph, tensors=tensors), name, cutoff=0.5, mean_of=2)
        assert other.sound is not None
        assert other.sound.unit == 0.0390625


@pytest.mark.parametrize("step", [1, 2, 3])
def test_every_inference_counts_as_work(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = hearing("alexa")
    assert graph.sound is not None
    graph = replace(graph, sound=replace(graph.sound, step=step))
    runs: list[int] = []

    def counted(*given: Any) -> Any:
        heard = hear(*given)
        runs.append(len(heard.scores))
        return heard

    monkeypatch.setattr(sound_answers, "hear", counted)
    stream_answers(graph)
    assert stream_inferences(graph) == sum(runs) >= 3
    steps = (100 + sum(runs)) * read_contents.inference_steps(graph)
    steps += read_contents.time_steps(graph) * read_contents.TIME_STEP
    monkeypatch.setattr(read_contents, "MOST_STEPS", steps)
    read_contents.check_work(graph, 100)
    with pytest.raises(ThumbnetError, match="export with fewer vectors"):
        read_contents.check_work(graph, 101)


REFUSED: dict[str, dict[str, Any]] = {
    "unknown front end 'mel': choose one of microwakeword, micro_speech": {"front_end": "mel"},
    "a cutoff of 1: give a probability from 0 to below 1": {"cutoff": 1},
    "a mean of 0 probabilities": {"mean_of": 0},
    "3 frames, 4 new ones each time": {"step": 4},
    "need a table of 65,535 levels": {"unit": 0.00039},
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message: str) -> None:
    options: dict[str, Any] = {"cutoff": 0.9, "mean_of": 5, **REFUSED[message]}
    with pytest.raises(ThumbnetError, match=message):
        with_sound(network("alexa").graph, **options)


def test_the_mean_has_to_exceed_the_cutoff() -> None:
    for cutoff, mean_of in ((0.85, 5), (0.9, 5), (0.0, 3), (0.999, 7), (1 / 3, 10)):
        sound = with_sound(network("alexa").graph, cutoff=cutoff, mean_of=mean_of).sound
        assert sound is not None
        means: NDArray[np.float64] = np.arange(256 * mean_of) / 256 / mean_of
        assert sound.more_than == np.flatnonzero(means <= cutoff)[-1]
