"""What makes a network hear: the options, and the .json that microWakeWord publishes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.cli import thumbnet
from support.tflite_files import installed_files

from thumbnet.export import Graph
from thumbnet.importers import IntegerNetwork, read
from thumbnet.tools.workflow.hearing import hear_as, hearing, keep_manifest
from thumbnet.trainer import FRONT_ENDS, Dense, Sequential, ThumbnetError, TrainedSound

SOUND = "microwakeword"


@pytest.fixture
def alexa(tmp_path: Path) -> Path:
    path = tmp_path / "alexa.tflite"
    shutil.copy(installed_files()["alexa"], path)
    return path


def graph(path: Path) -> Graph:
    network = read(path)
    assert isinstance(network, IntegerNetwork)
    return network.graph


def publish(path: Path) -> None:
    micro = {"probability_cutoff": 0.9, "sliding_window_size": 5}
    path.with_suffix(".json").write_text(json.dumps({"type": "micro", "micro": micro}))


def test_the_json_beside_it_says_when(alexa: Path) -> None:
    publish(alexa)
    sound = hearing(graph(alexa), alexa, SOUND, None, None).sound
    assert sound is not None
    assert (sound.frames, sound.step, sound.mean_of, sound.more_than) == (3, 3, 5, 1152)
    # Options come first.
    sound = hearing(graph(alexa), alexa, SOUND, 0.5, 2).sound
    assert sound is not None
    assert (sound.mean_of, sound.more_than) == (2, 256)


@pytest.mark.parametrize("text", [None, "{}", "[1]", "no json", '{"micro": 5}', '{"micro": {}}'])
def test_without_it_both_have_to_be_given(text: str | None, alexa: Path) -> None:
    if text is not None:
        alexa.with_suffix(".json").write_text(text)
    with pytest.raises(ThumbnetError, match=r"add --cutoff 0\.9 --mean-of 5$"):
        hearing(graph(alexa), alexa, SOUND, 0.9, None)
    assert hearing(graph(alexa), alexa, SOUND, 0.9, 5).sound is not None


def test_options_without_sound(alexa: Path) -> None:
    plain = graph(alexa)
    assert hearing(plain, alexa, None, None, None) is plain
    with pytest.raises(ThumbnetError, match="--mean-of is for a Stream of sound: add --sound"):
        hearing(plain, alexa, None, None, 3)
    network = Sequential([Dense(2, "softmax")])
    with pytest.raises(ThumbnetError, match=r"net\.npz has float weights, and no Stream of sound"):
        hear_as(network, Path("net.npz"), None, 0.5, None)


def test_options_of_a_network_that_was_trained_on_sounds() -> None:
    network = Sequential([Dense(2, "softmax")])
    network.info["sound"] = TrainedSound(FRONT_ENDS["micro_speech"], 49, 10, 0.001).get_config()
    hear_as(network, Path("net.npz"), None, 0.75, None)
    hear_as(network, Path("net.npz"), None, None, 7)
    trained = TrainedSound.from_config(network.info["sound"])
    assert (trained.cutoff, trained.mean_of, trained.step) == (0.75, 7, 10)
    with pytest.raises(ThumbnetError, match=r"net\.npz knows its front end, so leave it out"):
        hear_as(network, Path("net.npz"), SOUND, None, None)


def test_its_json_is_not_overwritten(alexa: Path) -> None:
    publish(alexa)
    published = alexa.with_suffix(".json").read_bytes()
    keep_manifest(alexa, alexa.parent / "build", "alexa")
    keep_manifest(alexa, alexa.parent, "other")
    done = thumbnet("export alexa.tflite --sound microwakeword --board unix -o .", alexa.parent)
    assert done.returncode != 0
    assert "over that of microWakeWord in .: choose another folder with -o" in done.stderr
    assert alexa.with_suffix(".json").read_bytes() == published
