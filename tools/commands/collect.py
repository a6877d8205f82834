"""`thumbnet collect`: recordings of a sensor, from a board, for `thumbnet train`."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click

from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..live.collecting import Collector, Progress
from ..live.port_lines import PortLines, PrintedLines, ScriptLines
from ..live.recorder import Recorder
from ..live.sensors import SENSORS, device_code, load_sensor
from ..live.trace import Trace
from ..terminal.console import Console
from ..transport.serial_board import Board
from .options import Failed, found_port, port_option, verb

COUNTDOWN = 3


@verb("thumbnet collect --label wave --seconds 20 --sensor mpu6050 -o recordings/")
@port_option
@click.option("--label", required=True, help="What the recordings show, such as wave or rest.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    help="How long to record; gaps do not count.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("recordings"),
    help="Folder of recordings: each label gets a folder in it, each recording a file.",
)
@click.option(
    "--sensor",
    metavar="NAME|FILE",
    help=f"Sensor to read on a MicroPython board: {', '.join(SENSORS)}, or a file with NAMES, RATE "
    "and read(). Without it, the program on the board prints the numbers.",
)
@click.option("--rate", type=click.IntRange(1, 20_000), help="Readings per second with --sensor.")
@click.option("--names", metavar="A,B,...", help="Names of the channels, if none are printed.")
@click.option("--baud", type=click.IntRange(300), default=115200, help="Speed of a serial port.")
@click.option(
    "--countdown",
    type=click.IntRange(0, 60),
    help=f"Seconds to count down before recording; {COUNTDOWN} on a terminal if not given.",
)
def command(
    console: Console,
    port: str | None,
    label: str,
    seconds: float,
    output: Path,
    sensor: str | None,
    rate: int | None,
    names: str | None,
    baud: int,
    countdown: int | None,
) -> None:
    """Record a sensor: what a program on a board prints, or what a sensor file reads there.

    A line is a reading: numbers separated by commas or blanks, with names (x:1,y:2) or not, with a
    time in front or not. Each run adds a file to the folder of its label. A gap, or a reset of the
    board, begins another file, because a recording must have none. Ctrl-C ends early; what was
    recorded is kept.
    """
    check_label(label)
    if rate is not None and sensor is None:
        raise click.UsageError("--rate is for --sensor: a program on the board has its own rate")
    given = None if names is None else [name.strip() for name in names.split(",")]
    if given is not None and ("" in given or len({*given}) < len(given)):
        raise click.UsageError("--names needs a different name for each channel")
    where = found_port(port)
    wait = countdown if countdown is not None else COUNTDOWN if console.terminal else 0
    collector = Collector(opener(where, sensor, rate, baud), output, label, given)
    try:
        _collect(console, collector, label, seconds, wait)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_kept(console, collector.progress)) from None
    except ThumbnetError as error:
        raise Failed(str(error), _result(collector.progress)) from None
    _summary(console, collector.progress)
    console.result(_result(collector.progress))


def opener(port: str, sensor: str | None, rate: int | None, baud: int) -> Callable[[], PortLines]:
    """Return what opens the port: as it is, or with a sensor file that is started there."""
    if sensor is None:
        return lambda: PrintedLines(port, baud)
    text = load_sensor(sensor).text
    code = f"{device_code('record')}\n{text}\nrecord(NAMES, {rate or 'RATE'}, read)\n"
    return lambda: ScriptLines(Board(port), code)


def check_label(label: str) -> None:
    """Raise UsageError if a label cannot be the name of a folder."""
    if not label.strip() or label != label.strip() or label[0] == "." or {*label} & {*'/\\:*?"<>|'}:
        raise click.UsageError(
            f"--label {label!r} becomes the name of a folder: use letters, digits and - or _"
        )


def _collect(
    console: Console, collector: Collector, label: str, seconds: float, countdown: int
) -> None:
    start: float | None = None
    with closing(collector.listen()) as steps, Trace(console) as trace:
        for progress in steps:
            recorder = progress.recorder
            if recorder is None:
                trace.text("waiting for readings")
                continue
            if start is None:
                _describe(console, progress)
                start = time.monotonic() + countdown
            left = start - time.monotonic()
            if progress.state == "waiting" and left > 0:
                trace.text(f"{label} begins in {left:.0f} s")
                continue
            if progress.state == "waiting":
                collector.start()
            if progress.state == "away":
                trace.text("the port is gone: plug the board in again, or end with Ctrl-C")
                continue
            trace.show(recorder, label, seconds)
            if recorder.seconds >= seconds:
                return


def _describe(console: Console, progress: Progress) -> None:
    recorder = progress.recorder
    assert recorder is not None
    layout = recorder.layout
    clock = "times from the board" if layout.clock is not None else "times from this computer"
    console.say(f"{', '.join(layout.channels)}; {clock}")
    if progress.ignored:
        console.say(
            f"lines that are no readings are left out, such as {progress.first_ignored[:60]!r}",
            "yellow",
        )


def _summary(console: Console, progress: Progress) -> None:
    recorder = progress.recorder
    if recorder is None or not recorder.rows:
        console.say("nothing was recorded", "yellow")
        return
    for gap in recorder.gaps:
        console.say(f"gap {gap}: the recording goes on in another file", "yellow")
    stuck = recorder.stuck(over_all=True)
    if stuck:
        console.say(
            f"{', '.join(stuck)} never changed: check the sensor and its cable, because "
            "`thumbnet train` refuses such a channel",
            "yellow",
        )
    rate = recorder.rate
    hertz = "" if rate is None else f" at {rate:.4g} Hz"
    for piece in recorder.pieces:
        console.say(f"{piece.path}: {piece.rows:,} readings, {piece.seconds:.1f} s{hertz}")


def _kept(console: Console, progress: Progress) -> str:
    _summary(console, progress)
    rows = progress.recorder.rows if progress.recorder else 0
    return f"{rows:,} readings are kept" if rows else "nothing was recorded"


def _result(progress: Progress) -> JsonObject:
    recorder: Recorder | None = progress.recorder
    if recorder is None:
        return {"files": [], "readings": 0}
    return {
        "files": [str(piece.path) for piece in recorder.pieces],
        "readings": recorder.rows,
        "seconds": round(recorder.seconds, 3),
        "rate": recorder.rate,
        "channels": [*recorder.layout.channels],
        "gaps": recorder.gaps,
        "stuck": recorder.stuck(over_all=True),
        "lines_left_out": progress.ignored,
    }
