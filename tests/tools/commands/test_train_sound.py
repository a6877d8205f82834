"""From a folder of sounds to a `Stream` on a board: train, export, verify, push."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from support.audio import beep, beeps, write_wave
from support.cli import last_json, thumbnet
from support.sound_modules import run_beside
from support.sounds import Samples

from thumbnet.export import Heard, hear, load_artifact
from thumbnet.trainer import SoundFrontEnd, TrainedSound, load_model

TRAIN = "train tones --sound --seconds 0.5 --copies 2 --conv 8,8 --hidden 8 --epochs 80 -o net.npz"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    beeps(folder / "tones")
    done = thumbnet(TRAIN, folder)
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout)
    done = thumbnet(
        "export net.npz --board unix --mpy --cutoff 0.5 --mean-of 2 -o build --json", folder
    )
    assert done.returncode == 0, done.stderr
    (folder / "exported.json").write_text(done.stdout.splitlines()[-1])
    return folder


def played() -> Samples:
    """High and low tones, with near silence between them."""
    random = np.random.default_rng(5)
    parts = []
    for k, frequency in enumerate((400, 3000, 3000, 400)):
        parts += [random.normal(0, 4, 9000), beep(frequency, 0.4, 50 + k)]
    return np.rint(np.concatenate([*parts, random.normal(0, 4, 9000)])).astype(np.int64)


def heard_on_the_pc(folder: Path, pcm: Samples) -> tuple[Heard, tuple[str, ...]]:
    graph = load_artifact(folder / "build" / "net.mpy").graph
    assert graph.sound is not None
    return hear(graph, graph.sound, pcm), load_model(folder / "net.npz").labels or ()


def test_it_says_what_it_took(trained: Path) -> None:
    said = (trained / "said.txt").read_text()
    for text in (
        "15 examples and 30 copies in noise of 15 sounds (6.55 s) to train",
        "3 examples of 3 sounds (1.31 s) held out",
        "the network reads 25 frames of 40 features, one every 20 ms: 0.51 s, every 200 ms",
        "3 classes, 'background' (6), 'high' (6), 'low' (6)",
        "warning: fewer than 10 sounds of 'high', 'low': the accuracy",
        "warning: who speaks is not known",
        "most frequent class",
    ):
        assert text in said, said


def test_accuracy_and_load(trained: Path) -> None:
    exported = json.loads((trained / "exported.json").read_text())
    assert exported["accuracy_integer"] == 1
    assert 0 < exported["estimate"]["load"] < 0.1
    done = thumbnet("export net.npz --board pico -o pico --json", trained)
    assert 0.03 < last_json(done)["estimate"]["load"] < 0.2
    assert "cannot keep up" not in done.stderr


def test_bytecode_is_too_slow_for_a_board_and_the_next_command_asks_for_one(trained: Path) -> None:
    assert "next: thumbnet export net.npz --board BOARD" in (trained / "said.txt").read_text()
    done = thumbnet("export net.npz -o generic", trained)
    assert "cannot keep up with a microphone: name your board with --board" in done.stdout
    done = thumbnet("export net.npz --board esp32_c6 --mpy -o generic", trained)
    assert "next: thumbnet deploy" in done.stdout, "its machine code does not run here"


PUSH = """
import net
stream = net.Stream()
with open("sound.raw", "rb") as file:
    for size in SIZES:
        print(stream.push(file.read(2 * size)), stream.score, stream.label)
"""


def test_the_board_decides_as_the_pc(trained: Path) -> None:
    pcm = played()
    heard, labels = heard_on_the_pc(trained, pcm)
    assert {labels[k] for k in heard.decisions if k >= 0} == {"background", "high", "low"}
    assert (heard.detected == (heard.decisions > 0)).all()
    # A piece that ends with an inference, so that each push makes one.
    graph = load_artifact(trained / "build" / "net.mpy").graph
    assert graph.sound is not None
    first, step = 480 + 24 * 320, graph.sound.step * 320
    sizes = [first, *[step] * (len(heard.decisions) - 1)]
    build = trained / "build"
    (build / "sound.raw").write_bytes(pcm.astype("<i2").tobytes())
    lines = run_beside(build, PUSH.replace("SIZES", str(sizes)), "128k").splitlines()
    best = heard.sums.max(axis=1).tolist()
    wanted, label = [], None
    for decision, score in zip(heard.decisions.tolist(), best, strict=True):
        label = labels[decision] if decision >= 0 else label
        wanted.append(f"{decision if decision >= 0 else None} {score} {label}")
    assert lines == wanted
    # In one piece: the last sound that is not background.
    program = PUSH.replace("SIZES", f"[{len(pcm)}]")
    (line,) = run_beside(build, program, "200k").splitlines()
    last = heard.decisions[heard.detected][-1]
    assert line == f"{last} {best[-1]} {labels[last]}"


def test_verify_and_evaluate_on_other_sounds(trained: Path, tmp_path: Path) -> None:
    done = thumbnet("verify build/net.mpy", trained)
    assert done.returncode == 0, done.stderr
    assert "rows equal" in done.stdout
    for k in range(3):
        write_wave(tmp_path / "low" / f"{k}.wav", beep(420, 0.3, 70 + k))
    done = thumbnet(f"export net.npz --data {tmp_path} --board unix -o other --json", trained)
    assert (last_json(done)["rows"], last_json(done)["accuracy_integer"]) == (3, 1)
    (tmp_path / "low").rename(tmp_path / "deep")
    done = thumbnet(f"export net.npz --data {tmp_path} --board unix -o other", trained)
    assert "label 'deep' was not seen in training, only 'background', 'high'" in done.stderr


REFUSED = {
    "train tones -o a.npz": "--sound",
    "train tones --noise fans -o a.npz": "--noise is for sounds: add --sound",
    "train tones --sound --window 100 -o a.npz": "--window is not for sounds",
    "train tones --sound --board pico -o a.npz": "--board is for windows of recordings: leave it",
    "train tones --sound --scale none -o a.npz": "--scale is not for sounds",
    "train tones --sound --noise nowhere -o a.npz": "nowhere: no such folder",
    "export net.npz --sound micro_speech -o b": "knows its front end, so leave it out",
}


@pytest.mark.parametrize("line", REFUSED)
def test_refused(line: str, trained: Path) -> None:
    done = thumbnet(line, trained)
    assert done.returncode != 0
    assert REFUSED[line] in done.stderr


def predicted(line: str, folder: Path, code: int = 0) -> tuple[list[Any], Any]:
    """What `predict --json` says of each moment, and at last."""
    done = thumbnet(f"predict {line} --json", folder)
    assert done.returncode == code, done.stderr
    *moments, last = [json.loads(one) for one in done.stdout.splitlines()]
    return moments, last


def test_predict_says_what_the_board_decides(trained: Path) -> None:
    pcm = played()
    heard, labels = heard_on_the_pc(trained, pcm)
    write_wave(trained / "played.wav", pcm)
    soundfile.write(trained / "played.flac", pcm.astype(np.int16), 16_000)
    moments, last = predicted("build/net.mpy played.wav", trained)
    assert [one["scores"] for one in moments] == heard.scores.tolist()
    names = [None if k < 0 else labels[k] for k in heard.decisions]
    assert [one["answer"] for one in moments] == names
    best = heard.sums.max(axis=1) / 32768 / np.minimum(np.arange(1, len(names) + 1), 2)
    for one, name, share in zip(moments, names, best, strict=True):
        assert name == "background" or one["probability"] == pytest.approx(share)
    # Each ends where its last sample is.
    assert moments[3]["end"] - moments[3]["begin"] == pytest.approx((480 + 24 * 320) / 16_000)
    assert moments[3]["begin"] == pytest.approx(3 * (moments[1]["begin"] - moments[0]["begin"]))
    assert last["numbers"] == "integers, as on the board"
    assert [one["answer"] for one in predicted("build/net.mpy played.flac", trained)[0]] == names


def test_predict_by_floats(trained: Path) -> None:
    """The mean of the last probabilities of the model, and what exceeds the cutoff."""
    write_wave(trained / "played.wav", played())
    moments, last = predicted("net.npz played.wav --proba", trained)
    model = load_model(trained / "net.npz")
    sound, labels = TrainedSound.from_config(model.info["sound"]), model.labels or ()
    levels = sound.levels(SoundFrontEnd(sound.front_end).push(played()))
    odds: list[Any] = []
    for k, one in enumerate(moments):
        window = levels[k * sound.step :][: sound.frames].astype(np.float32)
        odds.append(model.predict(window[None])[0])
        mean = np.mean(odds[-sound.mean_of :], axis=0)
        assert [*one["probabilities"].values()] == pytest.approx(mean.tolist(), abs=1e-5)
        decided = labels[int(mean.argmax())] if mean.max() > sound.cutoff else "background"
        assert one["answer"] == (None if k + 1 < sound.mean_of else decided)
    assert {one["answer"] for one in moments} == {None, "background", "high", "low"}
    assert last["numbers"] == "floats, as trained"


def test_predict_a_folder_of_short_sounds(trained: Path, tmp_path: Path) -> None:
    """The label of a folder is that of its sounds; what cannot be read is refused alone."""
    for k in range(2):
        write_wave(tmp_path / "low" / f"{k}.wav", beep(400, 0.4, 70 + k))
    write_wave(tmp_path / "high" / "0.wav", beep(3000, 0.4, 7))
    write_wave(tmp_path / "high" / "wrong.wav", beep(400, 0.4, 8))
    (tmp_path / "bad.wav").write_bytes(b"RIFFxxxxWAVE")
    for network in ("net.npz", "build/net.mpy"):
        moments, last = predicted(f"{network} {tmp_path}", trained, code=1)
        bad, high, wrong, *low = last["sounds"].values()
        assert (bad, high, wrong, low) == (None, "high", "low", ["low", "low"])
        assert (last["accuracy"], last["sounds_scored"], last["refused"]) == (0.75, 4, 1)
        assert "damaged" in moments[0]["refused"]
        assert moments[1]["begin"] < 0  # in near silence
    done = thumbnet(f"predict net.npz {tmp_path}/bad.wav", trained)
    assert f"{tmp_path}/bad.wav: this WAV file is damaged" in done.stderr
    done = thumbnet("predict net.npz -", trained)
    assert "takes sound" in done.stderr
