"""Data for a trained network: cut as its own were, and what does not fit it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.motions import CHANNELS, LABELS, motion, motions, write_folder, write_table

from thumbnet.tools.workflow.architecture import build
from thumbnet.tools.workflow.evaluation_data import evaluation_data, load_examples
from thumbnet.tools.workflow.settings import TrainSettings
from thumbnet.trainer import (
    Dense,
    Model,
    Recording,
    Sequential,
    StreamSettings,
    ThumbnetError,
    Windows,
    cut,
    cut_as,
    load_digits,
    read_recordings,
)

PATH = Path("net.npz")


@pytest.fixture(scope="module")
def windowed() -> Model:
    """A network for windows, which need not be trained to read."""
    return build(cut(motions(2), 40, 10, ("mean", "crossings")), TrainSettings())


@pytest.mark.parametrize("features", [("raw",), ("mean", "deviation")])
def test_as_the_training_did(features: tuple[str, ...]) -> None:
    made = cut(motions(2), 40, 10, features)
    again = cut_as(motions(2), made.stream, made.labels)
    assert np.array_equal(again.x, made.x)
    assert np.array_equal(again.y, made.y)
    assert again.input_spec == made.input_spec
    assert again.names == made.names


def test_labels_keep_their_places_and_channels_too() -> None:
    made = cut(motions(1), 40, 40)
    one = motion("wave", 0)
    turned = replace(one, values=one.values[:, ::-1], channels=CHANNELS[::-1])
    again = cut_as([turned], made.stream, LABELS)
    assert set(again.y.tolist()) == {2}
    assert np.array_equal(again.x, made.x[made.y == 2])
    assert cut_as([turned], made.stream).labels == ("wave",)


def test_units_and_reach_are_those_of_the_network() -> None:
    """Other decimals are rounded, and what is beyond its reach counts as the end of it."""
    made = cut([Recording(np.arange(20.0)[:, None], "a", 10)], 4, 4)
    values = np.array([[0.6], [-0.5], [1e300], [-1e308]])
    again = cut_as([Recording(values, "a", 10)], made.stream)
    reach = made.stream.reach
    assert again.x[0, :, 0].tolist() == [1, -1, reach, -reach]


def test_a_stuck_sensor_is_judged_as_on_the_board() -> None:
    made = cut(motions(1), 40, 40)
    still = replace(motion("rest", 3), values=np.ones((80, 3)))
    assert len(cut_as([still], made.stream, LABELS)) == 2


def one(label: str = "wave", samples: int = 200, rate: float = 50.0) -> Recording:
    return motion(label, 0, samples, rate)


@pytest.mark.parametrize(
    ("recordings", "said"),
    [
        ([replace(one(), channels=("x", "y", "w"))],
         "wave/0.csv has the channels 'x', 'y', 'w', the network was trained on 'x', 'y', 'z': "
         "give recordings with the same columns (call the column of times time, and the one that "
         "separates recordings recording)"),
        ([one("rest"), one(rate=49.0), one(rate=25.0)],
         "wave/0.csv has 25 samples a second, rest/0.csv 50: resample one of them, or leave it "
         "out"),
        ([one(rate=25.0)],
         "wave/0.csv has 25 samples a second, the network was trained on 50: resample it, or "
         "leave it out"),
        ([one("rest"), one(samples=30)],
         "wave/0.csv has 30 samples, the network takes windows of 40: leave it out, or record "
         "longer"),
        ([replace(one(), label="jump")],
         "wave/0.csv: label 'jump' was not seen in training, only 'rest', 'shake', 'wave': "
         "correct it, or train again with it"),
        ([], "there are no recordings: give some"),
    ],
)  # fmt: skip
def test_what_the_network_was_not_trained_for(recordings: list[Recording], said: str) -> None:
    made = cut(motions(1), 40, 10)
    with pytest.raises(ThumbnetError) as caught:
        cut_as(recordings, made.stream, LABELS)
    assert str(caught.value) == said


@pytest.mark.parametrize("table", [True, False])
def test_recordings_of_a_path(table: bool, windowed: Model, tmp_path: Path) -> None:
    made = motions(2)
    write = write_table if table else write_folder
    place = write(tmp_path / ("all.csv" if table else "all"), made)
    found = load_examples(windowed, PATH, str(place), "label" if table else None)
    assert isinstance(found, Windows)
    assert found.name == "all"
    settings = StreamSettings.from_config(windowed.info["stream"])
    assert np.array_equal(found.x, cut_as(made, settings).x)
    rows = evaluation_data(windowed, PATH, str(place), None if not table else "label")
    assert rows.test_y is not None
    assert set(rows.test_y.tolist()) == set(LABELS)


def test_without_a_time_the_rate_is_the_networks(windowed: Model, tmp_path: Path) -> None:
    write_folder(tmp_path, [motion("wave", 0)], time=False)
    assert len(load_examples(windowed, PATH, str(tmp_path), None)) == 17


def test_other_data_for_windows(windowed: Model, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((4, 5)), y=np.arange(4))
    with pytest.raises(ThumbnetError) as caught:
        load_examples(windowed, PATH, str(tmp_path / "d.npz"), None)
    assert str(caught.value) == (
        f"{tmp_path}/d.npz has rows of 5 values, but net.npz takes 6: use "
        "recordings of 'x', 'y', 'z', as a CSV file or a folder of them"
    )


def test_a_network_of_rows(tmp_path: Path) -> None:
    network = Sequential([Dense(3, "softmax")], seed=0)
    network.build((2,))
    (tmp_path / "d.csv").write_text("a,b,c,label\n" + "1,2,3,x\n2,3,4,y\n" * 4)
    with pytest.raises(ThumbnetError) as caught:
        load_examples(network, PATH, str(tmp_path / "d.csv"), None)
    assert str(caught.value) == (
        f"{tmp_path}/d.csv has rows of 3 values, but net.npz takes 2: use rows "
        "like those that it was trained on"
    )
    write_folder(tmp_path / "motions", motions(1))
    with pytest.raises(ThumbnetError) as caught:
        load_examples(network, PATH, str(tmp_path / "motions"), None)
    assert str(caught.value) == (
        f"{tmp_path}/motions is a folder of recordings, but net.npz was not trained on windows: "
        "use a file of rows, or train a network with `thumbnet train --window`"
    )


def test_pictures_may_be_flat() -> None:
    network = build(load_digits(), TrainSettings())
    assert len(load_examples(network, PATH, "digits", None)) == 1797


def test_a_reading_far_off_is_named_with_its_line(tmp_path: Path) -> None:
    write_folder(tmp_path, motions(1))
    path = tmp_path / "wave" / "0.csv"
    lines = path.read_text().splitlines()
    lines[51] = "1000,1,1e29,1"
    path.write_text("\n".join(lines))
    with pytest.raises(ThumbnetError) as caught:
        cut(read_recordings(tmp_path), 40, 40)
    said = str(caught.value)
    assert said.startswith("wave/0.csv, line 52, channel 'y': values from ")
    assert said.endswith("use a larger unit or subtract a constant, or correct this reading")
    bare = [replace(one, lines=()) for one in read_recordings(tmp_path)]
    with pytest.raises(ThumbnetError, match=r"wave/0.csv, sample 50, channel 'y'"):
        cut(bare, 40, 40)
