"""What a port prints, and what `collect` takes it for: as `train` takes a saved log."""

from __future__ import annotations

from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest

from thumbnet.tools.live import collecting, port_lines
from thumbnet.tools.live.collecting import Collector
from thumbnet.tools.live.port_lines import PortLines
from thumbnet.trainer import ThumbnetError, read_recordings

COUNT = 400


class Played(PortLines):
    """What a program prints, a piece each 10 ms of a clock of its own."""

    port = "P"

    def __init__(self, pieces, monkeypatch):
        super().__init__()
        self._pieces, self._now = iter(pieces), 0.0
        for module in (collecting, port_lines):
            monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self._now))

    def _receive(self):
        self._now += 0.01
        return next(self._pieces, b"")

    def close(self):
        pass


@pytest.fixture
def play(tmp_path, monkeypatch):
    """Collect what a program prints in its steps 1 to 400; return what is known then."""

    def run(line, steps=COUNT):
        pieces = (line(k).encode("utf-8", "surrogateescape") for k in range(1, 1 + steps))
        collector = Collector(lambda: Played(pieces, monkeypatch), tmp_path, "a")
        for progress in islice(collector.listen(), steps):
            if progress.recorder is not None and progress.state == "waiting":
                collector.start()
        return collector.progress

    return run


# Readings, what is printed instead of some of them, the channels, and what is added to a and b.
PROGRAMS = [
    ("{a},{b}\r\n", {}, "xy", (0, 0)),  # an ADC, no decimal commas
    ("{a} {b}\r", {}, "xy", (0, 0)),
    ("{a},25;{b},5\n", {}, "xy", (0.25, 0.5)),
    ("{a},25 {b},5\n", {}, "xy", (0.25, 0.5)),
    ("{a},05\n", {}, "x", (0.05,)),
    ("g: {a} m/s, t: {b}\n", {}, "gt", (0, 0)),
    ("{a} {b}\n", {1: "\n", 2: "g t\n"}, "gt", (0, 0)),
    ("{a},{b}\n", {50: "g,t\n"}, "gt", (0, 0)),
    ("{a} {b}\n", dict.fromkeys(range(10, COUNT, 10), "loop ok\n"), "xy", (0, 0)),
    ("{a},{b}\n", {150: "\x00\udcff1,2\x03\n", 200: "1,\n2\n"}, "xy", (0, 0)),
]


@pytest.mark.parametrize(("line", "others", "channels", "more"), PROGRAMS)
def test_lines_become_channels(play, tmp_path, line, others, channels, more):
    values = {k: (k * k % 1023, 3 * k % 97)[: len(more)] for k in range(1, COUNT + 1)}
    printed = {k: line.format(a=v[0], b=v[-1]) for k, v in values.items()}
    progress = play(lambda k: others.get(k, printed[k]))
    assert progress.recorder is not None
    assert progress.recorder.layout.channels == tuple(channels)
    (path,) = tmp_path.rglob("*.csv")
    read = np.loadtxt(path, delimiter=",", skiprows=1)[:, 1:]
    wanted = np.array([v for k, v in values.items() if k not in others]) + more
    np.testing.assert_allclose(read, wanted[-len(read) :])
    assert len(read) > 200
    if others:
        return
    saved = tmp_path / "logs/a/1.log"
    saved.parent.mkdir(parents=True)
    saved.write_text("".join(printed.values()))
    (recording,) = read_recordings(tmp_path / "logs", rate=100, fewest_labels=1)
    np.testing.assert_allclose(recording.values, wanted)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "P has printed nothing for 5 seconds: start a program there that prints"),
        ("1,2 ", "P prints '1,2 1,2 1,2 .* without the end of a line: end each reading with one"),
        ("hello\n", "P prints 'hello', which is no line of numbers: print numbers separated by"),
        ("\udcff\udc80x\n", r"P prints '.*x', which is no text: name the speed .*\(--baud 9600\)"),
    ],
)
def test_what_is_no_reading(play, tmp_path, line, said):
    with pytest.raises(ThumbnetError, match=said):
        play(lambda k: line, 1000)
    assert not any(tmp_path.iterdir())


def test_another_program_with_other_lines_is_no_reading(play):
    """A board was reset into a program with more channels: its lines are left out, and shown."""
    with pytest.raises(ThumbnetError, match=r"'\d,\d,1' now, unlike the readings before"):
        play(lambda k: f"{k % 7},{k % 5}\n" if k < 200 else f"{k % 7},{k % 5},1\n", 1000)


@pytest.mark.parametrize(
    ("line", "remedy"), [("g:{},h:{}", "--names, or"), ("g:{},h:{},i:1", "-o")]
)
def test_other_channels_than_in_the_folder_are_refused(play, tmp_path, line, remedy):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.csv").write_text("t_ms,x,y\n0,1,2\n")
    wanted = f"but .*1.csv has x, y, and .* refuses both together: .*{remedy}"
    with pytest.raises(ThumbnetError, match=wanted) as caught:
        play(lambda k: (line + "\n").format(k * k, 3 * k))
    assert ("--names" in str(caught.value)) == ("--names" in remedy)
    assert not (tmp_path / "a").exists()
    (tmp_path / "b" / "1.csv").write_text("t_ms,h,g\n0,1,2\n")
    if "i" not in line:
        assert play(lambda k: f"g:{k * k},h:{3 * k}\n").recorder is not None
