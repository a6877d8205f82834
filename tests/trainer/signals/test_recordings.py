"""Reading recordings from folders of labels and from tables with a label column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.motions import CHANNELS, LABELS, motion, motions, write_folder, write_table

from thumbnet.trainer import Recording, ThumbnetError, read_recordings, time_column
from thumbnet.trainer.signals.sample_times import unit_of_time


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("time", [True, False])
def test_a_folder_for_each_label(time: bool, tmp_path: Path) -> None:
    made = motions(2)
    found = read_recordings(write_folder(tmp_path, made, time), rate=None if time else 50)
    assert [one.name for one in found] == [one.name for one in made]
    for one, wanted in zip(found, made, strict=True):
        assert np.array_equal(one.values, wanted.values)
        assert (one.label, one.channels) == (wanted.label, CHANNELS)
        assert one.rate == pytest.approx(50)


def test_files_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("a/10.csv", "a/2.csv", "a/1.tsv", "b/7.txt"):
        write(tmp_path, name, "x\ty\n1\t2\n2\t3\n3\t3\n")
    write(tmp_path, "a/notes.md", "not a recording")
    write(tmp_path, ".cache/a.csv", "not a label")
    found = read_recordings(tmp_path, rate=10)
    assert [one.name for one in found] == ["a/1.tsv", "a/2.csv", "a/10.csv", "b/7.txt"]
    assert [one.label for one in found] == ["a", "a", "a", "b"]


def test_a_table_with_a_recording_column(tmp_path: Path) -> None:
    made = motions(3)
    found = read_recordings(write_table(tmp_path / "all.csv", made))
    assert [one.label for one in found] == [one.label for one in made]
    assert all(np.array_equal(a.values, b.values) for a, b in zip(found, made, strict=True))
    assert found[1].name == "all.csv, lines 202 to 401"
    assert {one.channels for one in found} == {CHANNELS}


def test_another_label_begins_another_recording(tmp_path: Path) -> None:
    rows = ["1,left", "2,left", "3,left", "4,right", "5,right", "6,right", "7,left", "8,left"]
    text = "x,what\n" + "\n".join([*rows, "9,left"])
    found = read_recordings(write(tmp_path, "a.csv", text), label="what", rate=10)
    assert [(one.label, one.values[:, 0].tolist()) for one in found] == [
        ("left", [1, 2, 3]),
        ("right", [4, 5, 6]),
        ("left", [7, 8, 9]),
    ]


def test_a_folder_of_tables(tmp_path: Path) -> None:
    for name, label in (("1.csv", "up"), ("2.csv", "down")):
        write(tmp_path, name, "x,label\n" + "".join(f"{k},{label}\n" for k in range(4)))
    assert [one.label for one in read_recordings(tmp_path, rate=5)] == ["up", "down"]
    # With a label column given, folders are only folders.
    write(tmp_path, "more/3.csv", "x,label\n" + "".join(f"{k},up\n" for k in range(4)))
    found = read_recordings(tmp_path, label="label", rate=5)
    assert [one.label for one in found] == ["up", "down", "up"]


def test_columns_in_another_order(tmp_path: Path) -> None:
    write(tmp_path, "a/1.csv", "x,y\n1,2\n3,4\n5,6\n")
    write(tmp_path, "b/1.csv", "y,x\n2,1\n4,3\n6,5\n")
    one, other = read_recordings(tmp_path, rate=10)
    assert one.channels == other.channels == ("x", "y")
    assert np.array_equal(one.values, other.values)


def test_one_channel(tmp_path: Path) -> None:
    write(tmp_path, "a/1.csv", "light\n1\n2\n5\n")
    write(tmp_path, "b/1.csv", "light\n1\n2\n5\n")
    assert read_recordings(tmp_path, rate=10)[0].values.tolist() == [[1], [2], [5]]


@pytest.mark.parametrize(
    ("header", "times", "rate"),
    [
        ("time", ("0.00", "0.01", "0.02", "0.03"), 100),
        ("time", ("0", "10", "20", "30"), 100),
        ("time", ("0", "10000", "20000", "30000"), 100),
        ("time_s", ("0", "10", "20", "30"), 0.1),
        ("Time (ms)", ("0", "1", "2", "3"), 1000),
        ("timestamp [us]", ("5", "505", "1005", "1505"), 2000),
        ("millis", ("100", "120", "140", "160"), 50),
        ("t", ("0", "0.5", "1", "1.5"), 2),
        # As even as a loop that sleeps.
        ("ms", ("0", "10", "21", "30", "46", "50", "61", "70", "80", "90", "99", "110"), 100),
    ],
)
def test_rate(header: str, times: tuple[str, ...], rate: float, tmp_path: Path) -> None:
    for label in "ab":
        rows = "".join(f"{time},{k}\n" for k, time in enumerate(times))
        write(tmp_path, f"{label}/1.csv", f"{header},x\n{rows}")
    found = read_recordings(tmp_path)[0]
    assert found.rate == pytest.approx(rate)
    assert found.channels == ("x",)


def test_a_time_column_by_name(tmp_path: Path) -> None:
    for label in "ab":
        write(tmp_path, f"{label}/1.csv", "x,when\n1,0\n2,4\n3,8\n")
    assert read_recordings(tmp_path, time="when")[0].rate == 250  # steps of 4: milliseconds
    assert read_recordings(tmp_path, time="when:s")[0].rate == 0.25
    assert read_recordings(tmp_path, time="When:us", rate=240e3)[0].rate == 240e3


def test_the_rate_decides_for_the_unit_where_nothing_says_it(tmp_path: Path) -> None:
    for label in "ab":
        write(tmp_path, f"{label}/1.csv", "time,x\n" + "".join(f"{k},{k}\n" for k in range(9)))
    one = read_recordings(tmp_path)[0]
    assert (one.rate, one.guessed) == (1000, "time:ms")
    for options in ({"rate": 1}, {"default_rate": 1}, {"time": "time:s"}):
        one = read_recordings(tmp_path, **options)[0]  # type: ignore[arg-type]
        assert (one.rate, one.guessed) == (1, "")
    one = read_recordings(tmp_path, default_rate=7)[0]
    assert (one.rate, one.guessed) == (1000, "time:ms")


def test_a_rate_that_is_given_is_held_against_the_mean(tmp_path: Path) -> None:
    for label in "ab":
        rows = "".join(f"{k * 1000 // 833},{k}\n" for k in range(100))
        write(tmp_path, f"{label}/1.csv", f"t_ms,x\n{rows}")
    assert read_recordings(tmp_path)[0].rate == pytest.approx(833, rel=0.015)
    assert read_recordings(tmp_path, rate=833)[0].rate == 833
    assert read_recordings(tmp_path, default_rate=800)[0].rate == 800
    with pytest.raises(
        ThumbnetError, match=r"says 8[34]\d(\.\d)? samples a second \(in ms\), not 1000"
    ):
        read_recordings(tmp_path, rate=1000)


def test_two_recordings_of_a_label_in_one_file(tmp_path: Path) -> None:
    """As the message about a time that goes back suggests."""
    rows = [f"{10 * (k % 20)},{k % 7},{'ab'[k // 40]}" for k in range(80)]
    path = write(tmp_path, "a.csv", "\n".join(["ms,x,label", *rows]))
    with pytest.raises(
        ThumbnetError, match=r"line 22: time goes back, .* column called recording$"
    ):
        read_recordings(path)
    rows = [f"{row},{k // 20}" for k, row in enumerate(rows)]
    found = read_recordings(
        write(tmp_path, "b.csv", "\n".join(["ms,x,label,recording", *rows])), label="label"
    )
    assert [(one.label, len(one), one.rate) for one in found] == [
        ("a", 20, 100), ("a", 20, 100), ("b", 20, 100), ("b", 20, 100)
    ]  # fmt: skip


def test_names_of_time_columns() -> None:
    for header in (["x", "time"], ["x", "T_ms"], ["x", "Timestamp"], ["x", "micros"]):
        assert time_column(header) == 1, header
    assert time_column(["t", "x"]) == 0
    assert time_column(["seconds", "x"]) == 0
    for header in (["x", "t"], ["x", "s"], ["x", "temperature"], ["x", "tx"], ["time_x", "y"]):
        assert time_column(header) is None, header
    assert unit_of_time("t", np.array([0.0])) == "ms"


def test_a_default_rate_is_for_files_without_a_time_alone(tmp_path: Path) -> None:
    made = motions(1)
    write_folder(tmp_path / "without", made, time=False)
    assert {one.rate for one in read_recordings(tmp_path / "without", default_rate=20)} == {20}
    write_folder(tmp_path / "with", made)
    rates = [one.rate for one in read_recordings(tmp_path / "with", default_rate=20)]
    assert rates == pytest.approx([50] * 3)


def test_one_label_where_it_is_enough(tmp_path: Path) -> None:
    write_folder(tmp_path, [motion("rest", 0)])
    (one,) = read_recordings(tmp_path, fewest_labels=1)
    assert one.label == "rest"


def test_lines_of_samples(tmp_path: Path) -> None:
    write(tmp_path, "a/1.csv", "ms,x\n0,1\n\n10,2\n20,3\n")
    (one,) = read_recordings(tmp_path, fewest_labels=1)
    assert one.lines == (2, 4, 5)


def test_a_recording_of_ones_own() -> None:
    one = Recording(np.arange(6, dtype=np.int16).reshape(3, 2), "a", 10)
    assert one.values.dtype == np.float64
    assert one.channels == ("x0", "x1")
    assert len(one) == 3
    assert set(LABELS) == {"rest", "shake", "wave"}
