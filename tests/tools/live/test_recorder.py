"""Readings become rows; a gap begins the next file, and a stuck channel is named."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest

from thumbnet.tools.live.layout import Layout
from thumbnet.tools.live.readings import Reading
from thumbnet.tools.live.recorder import Recorder, store_window
from thumbnet.tools.live.whole_lines import WholeLines
from thumbnet.trainer import ThumbnetError

CLOCK = Layout(("a", "b"), 0, 1e-3)
NO_CLOCK = Layout(("a", "b"), None, 0.0)


def recorder(folder, layout=CLOCK, period=0.01):
    return Recorder(folder, "x", layout, period)


def rows(piece):
    return [row.split(",") for row in piece.path.read_text().splitlines()[1:]]


def test_times_are_those_of_the_board_whenever_readings_come(tmp_path):
    made = recorder(tmp_path)
    for k in range(100):
        made.add(k // 30, Reading((str(5000 + 10 * k), "1.50", str(k))))
    made.close()
    (piece,) = made.pieces
    assert rows(piece) == [[str(10 * k), "1.50", str(k)] for k in range(100)]
    assert made.rate == pytest.approx(100)


def test_readings_that_come_in_bursts_get_even_times(tmp_path):
    """A USB cable delivers ten at once: their times must neither be equal nor gaps."""
    made = recorder(tmp_path, NO_CLOCK)
    for k in range(300):
        made.add(0.1 * (k // 10 + 1), Reading((str(k % 3), "1")))
    made.close()
    (piece,) = made.pieces
    steps = np.diff([float(row[0]) for row in rows(piece)])
    assert piece.rows == 300
    assert np.all((steps >= 5) & (steps <= 20))
    assert made.rate == pytest.approx(100, rel=0.05)


@pytest.mark.parametrize("clock", [True, False])
def test_a_gap_begins_another_file(tmp_path, clock):
    made = recorder(tmp_path, CLOCK if clock else NO_CLOCK)
    for k in range(100):
        at = 0.01 * k + (0.5 if k >= 60 else 0)
        values = (str(k), "1")
        made.add(at, Reading((f"{at * 1000:g}", *values) if clock else values))
    made.close()
    assert [piece.rows for piece in made.pieces] == [60, 40]
    assert [piece.path.name for piece in made.pieces] == ["1.csv", "2.csv"]
    assert made.gaps == ["after 0.6 s: nothing for 0.51 s"]
    assert rows(made.pieces[1])[0] == ["0", "60", "1"]


def test_a_reset_begins_another_file(tmp_path):
    made = recorder(tmp_path)
    for k in [*range(50), *range(30)]:
        made.add(0.0, Reading((str(10 * k), "1", "2")))
    made.close()
    assert [piece.rows for piece in made.pieces] == [50, 30]
    assert "the clock went back" in made.gaps[0]
    assert made.seconds == pytest.approx(0.49 + 0.29)


def test_another_run_adds_a_file(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "7.csv").write_text("kept")
    made = recorder(tmp_path)
    made.add(0.0, Reading(("0", "1", "2")))
    made.close()
    assert made.pieces[0].path.name == "8.csv"
    assert (tmp_path / "x" / "7.csv").read_text() == "kept"


def test_stuck_channels(tmp_path):
    made = recorder(tmp_path)
    for k in range(600):
        b = k if k < 300 else 300
        made.add(0.0, Reading((str(10 * k), "5", str(b))))
        if k == 150:
            assert made.stuck() == []
        if k in (490, 550):
            assert made.stuck() == (["a"] if k == 490 else ["a", "b"])
    made.close()
    assert made.stuck(over_all=True) == ["a"]


@contextmanager
def small_disk(size):
    """Files that can take so many bytes: the system writes a part of what is too long."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_whole_rows(tmp_path):
    made = recorder(tmp_path)

    def fill():
        for k in range(30):
            made.add(0.0, Reading((str(10 * k), f"{k}.25", "2")))

    with small_disk(100), pytest.raises(ThumbnetError, match=r"cannot write .*: free some space, "):
        fill()
    made.close()
    (piece,) = made.pieces
    assert [row[1] for row in rows(piece)] == [f"{k}.25" for k in range(piece.rows)]
    assert piece.path.read_text().endswith("25,2\n")
    assert 80 < piece.path.stat().st_size <= 100


def test_a_full_disk_leaves_no_file_without_rows(tmp_path):
    made = recorder(tmp_path)
    with small_disk(12), pytest.raises(ThumbnetError, match="nothing was recorded"):
        made.add(0.0, Reading(("0", "1", "2")))
    with small_disk(20), pytest.raises(ThumbnetError, match=r"cannot write .*choose another fold"):
        store_window(tmp_path, "x", ("a", "b"), [("0", "1", "2"), ("10", "10000", "2")])
    assert not list(tmp_path.rglob("*.csv"))


def test_a_folder_that_is_none_is_not_called_full(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(ThumbnetError, match=r"exists: choose another folder with -o"):
        recorder(tmp_path).add(0.0, Reading(("0", "1", "2")))


def test_lines_go_on_behind_the_last_whole_one(tmp_path):
    path = tmp_path / "log"
    path.write_text("one\ntw")
    lines = WholeLines(path, "a")
    lines.write("three")
    lines.close()
    assert path.read_text() == "one\nthree\n"
