"""The sketches of microphones, on a fake board: what they hear is what the PC hears."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.audio import beep
from support.micropython import needs_micropython
from support.sounds import Samples

from thumbnet.export import Program, convert, hear
from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import (
    FRONT_ENDS,
    Clip,
    Conv1D,
    Dense,
    GlobalAveragePooling1D,
    Rescaling,
    Sequential,
    SoundOptions,
    Sounds,
    split_sounds,
)

ROOT = Path(__file__).parents[2]
SKETCHES = ROOT / "firmware" / "sketches"
MICROPHONES = "tests/device/fake_microphones.py"
BITS = 96
LEFT_OUT = 3200
"""Samples of a PDM microphone before the first that the sketch pushes."""
TONES = {"high": 2500, "low": 400}


@cache
def network() -> Program:
    """It tells high from low."""
    clips = [
        Clip(f"{label} {k}", label, f"file {label} {k}", beep(hz, 0.3, k + hz).astype(np.int16))
        for label, hz in TONES.items()
        for k in range(6)
    ]
    options = SoundOptions(FRONT_ENDS["micro_speech"], seconds=0.3, copies=2)
    train, _ = split_sounds(Sounds(tuple(clips), (), 16_000), options, 0.2, 0)
    layers = [Rescaling(1 / 255), Conv1D(6, 5, strides=2), GlobalAveragePooling1D()]
    model = Sequential([*layers, Dense(3, "softmax")], seed=0)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(train.x, train.y, epochs=150, seed=0)
    model.labels = train.labels
    model.info["sound"] = {**train.sound.get_config(), "step": 3, "mean_of": 2, "cutoff": 0.4}
    return convert(model, train.x, name="sounds")


def played() -> Samples:
    random = np.random.default_rng(1)
    parts = [beep(TONES[name], 0.3, 40) for name in ("low", "high", "low")]
    quiet = [np.rint(random.normal(0, 3, 6000)).astype(np.int64) for _ in parts]
    return np.concatenate([part for pair in zip(quiet, parts, strict=True) for part in pair])


def labels_of(pcm: Samples) -> list[str]:
    """What the sketch prints: each new label."""
    made = network()
    assert made.graph.sound is not None
    heard = hear(made.graph, made.graph.sound, pcm)
    found = [made.task.labels[k] for k in heard.decisions if k >= 0]
    assert len({*found}) > 1
    return [one for k, one in enumerate(found) if k == 0 or one != found[k - 1]]


def run(folder: Path, kind: str, recorded: list[int], program: str | None = None) -> list[str]:
    needs_micropython()
    network().write(folder)
    (folder / "recorded.json").write_text(json.dumps(recorded))
    others = ("firmware/microphones/pdm.py", "tests/device/fake_board.py", MICROPHONES)
    for path in (*SKETCHES.glob("sound_*.py"), *(ROOT / other for other in others)):
        shutil.copy(path, folder)
    if program is not None:
        (folder / f"{kind}.py").write_text(program)
    command = [str(find_micropython()), "-X", "heapsize=4m", "fake_board.py", kind, f"{kind}.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert not done.stderr, done.stderr
    return done.stdout.splitlines()[:-1]


def test_an_i2s_microphone(tmp_path: Path) -> None:
    pcm = played()
    loud = np.where(np.arange(len(pcm)) % 4000 == 7, 70_000, pcm)  # beyond 16 bits
    loud = np.where(np.arange(len(pcm)) % 4000 == 9, -70_000, loud)
    whole = loud[: len(loud) // 320 * 320]
    assert run(tmp_path, "sound_i2s", whole.tolist()) == labels_of(np.clip(whole, -32768, 32767))


def bits_of(pcm: Samples) -> np.ndarray:
    """The bits of a PDM microphone: a modulator of second order, for many parts at once."""
    parts = np.array_split(np.repeat(pcm, BITS) * 4 / BITS**3, 256)
    wanted = np.stack([np.pad(part, (0, len(parts[0]) - len(part))) for part in parts], axis=1)
    first = second = np.zeros(256)
    bits = np.zeros(wanted.shape, np.uint8)
    for k, value in enumerate(wanted):
        one = second >= 0
        bits[k] = one
        error = value - (2.0 * one - 1)
        first = first + error
        second = second + first - (2.0 * one - 1)
    return np.concatenate([bits[: len(part), j] for j, part in enumerate(parts)])


def decimated(bits: np.ndarray) -> Samples:
    """What a CIC filter of three stages makes of bits, sums over sums."""
    sums = bits.astype(np.int64)
    for _ in range(3):
        total = np.concatenate([np.zeros(BITS, np.int64), np.cumsum(sums)])
        sums = total[BITS:] - total[:-BITS]
    return np.clip((sums[BITS - 1 :: BITS] - BITS**3 // 2) >> 1, -32768, 32767)


RECORD = """
from pdm import Microphone
microphone = Microphone(clock=3, data=2)
pcm = bytearray(2 * 160)
while True:
    microphone.readinto(pcm)
    for k in range(0, 320, 2):
        print(((pcm[k] | pcm[k + 1] << 8) ^ 32768) - 32768)
"""


@pytest.mark.parametrize("kind", ["random", "loud"])
def test_bits_become_the_samples_of_a_cic_filter(kind: str, tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    bits = random.integers(0, 2, 7200 * BITS).astype(np.uint8)
    if kind == "loud":  # both ends of 16 bits are reached
        share = np.repeat(random.choice([0, 0.5, 1], 720), 10 * BITS)
        bits = (random.random(7200 * BITS) < share).astype(np.uint8)
    (tmp_path / "bits.bin").write_bytes(np.packbits(bits).tobytes())
    found = [*map(int, run(tmp_path, "sound_record", [], RECORD))]
    assert len(found) > 3500
    assert found == decimated(bits)[LEFT_OUT:][: len(found)].tolist()
    assert kind == "random" or {min(found), max(found)} == {-32768, 32767}


def test_a_pdm_microphone(tmp_path: Path) -> None:
    bits = bits_of(np.concatenate([np.zeros(LEFT_OUT, np.int64), played()]))
    (tmp_path / "bits.bin").write_bytes(np.packbits(bits).tobytes())
    pcm = decimated(bits)[LEFT_OUT:]
    assert np.corrcoef(pcm[1:], played()[:-1])[0, 1] > 0.98
    assert 0.9 < np.std(pcm) / np.std(played()) < 1.05
    found = run(tmp_path, "sound_pdm", [])
    wanted = labels_of(pcm)
    assert found == wanted[: len(found)]
    assert len(found) >= len(wanted) - 1
