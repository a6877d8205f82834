"""`thumbnet watch`: what a module on a board decides, live and proved."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click
import rich.live
import rich.text

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..live.decision_log import DecisionLog
from ..live.port_lines import ScriptLines
from ..live.recorder import store_window
from ..live.sensors import SENSORS, device_code, load_sensor
from ..live.watching import Decision, Watch, watch
from ..run.edited import check_intact
from ..run.import_failures import check_kind
from ..targets import PortTarget
from ..terminal.console import Console
from ..terminal.keys import listening
from ..terminal.wording import microseconds, printable
from .module_argument import load_module
from .options import FILE, Failed, force_option, found_port, port_option, verb

ON_BOARD = "from sensor import NAMES, RATE, read\n"
"""Without --sensor: the board has a sensor.py of its own."""

BAR = 24


@verb("thumbnet watch build/gestures.py --sensor mpu6050")
@click.argument("module", type=FILE)
@port_option
@click.option(
    "--sensor",
    metavar="NAME|FILE",
    help=f"Sensor to read: {', '.join(SENSORS)}, or a file with NAMES, RATE and read(). If not "
    "given, sensor.py on the board.",
)
@click.option("--rate", type=click.IntRange(1, 20_000), help="Readings per second.")
@click.option("--log", type=FILE, help="File to write each decision to, for `thumbnet replay`.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("recordings"),
    help="Folder of recordings for the windows that are stored.",
)
@click.option("--decisions", type=click.IntRange(1), help="End after so many; Ctrl-C ends, too.")
@force_option
def command(
    console: Console,
    module: Path,
    port: str | None,
    sensor: str | None,
    rate: int | None,
    log: Path | None,
    output: Path,
    decisions: int | None,
    force: bool,
) -> None:
    """Run MODULE on a board with its sensor; show each decision, its probability and its time.

    Each decision is computed on the PC as well: fails if an integer differs. On a terminal, the
    keys 1, 2, ... store the last window as a recording of that label, and s as one of the label
    that is shown; q ends.
    """
    artifact = load_module(module)
    check_intact(artifact, force)
    if artifact.graph.states:
        raise ThumbnetError(
            f"{artifact.name} keeps a state, so one reading proves nothing: use `thumbnet verify`"
        )
    if artifact.graph.sound is not None:
        raise ThumbnetError(
            f"{artifact.name} takes sound, which no sensor file reads: use `thumbnet verify`"
        )
    stream = artifact.graph.stream
    pace = rate or (str(round(stream.rate)) if stream is not None else "RATE")
    found = load_sensor(sensor) if sensor is not None else None
    if found is not None and stream is not None and found.names is not None:
        _check_channels(sensor or "", found.names, stream.channels)
    where = found_port(port)
    end = _End(decisions)
    with ExitStack() as stack:
        target = stack.enter_context(PortTarget(where))
        check_kind(target, artifact)
        name = target.stage(artifact.name, artifact.files)
        target.board.fresh()
        text = ON_BOARD if found is None else found.text
        code = f"{device_code('watch')}\n{text}\nwatch(__import__({name!r}), {pace}, read)\n"
        record = None
        if log is not None:
            record = DecisionLog(log, artifact)
            stack.callback(record.close)
        try:
            _watch(console, ScriptLines(target.board, code), artifact, record, output, end)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_words(end.seen)) from None
        except ThumbnetError as error:
            raise Failed(str(error), _result(end.seen)) from None
    if end.seen.equal < end.seen.decisions:
        raise Failed(
            f"the board's integers are not those of the PC: {_words(end.seen)}", _result(end.seen)
        )
    console.say(_words(end.seen))
    console.result(_result(end.seen))


class _End:
    """When to end, and what was seen until then."""

    def __init__(self, decisions: int | None) -> None:
        self.decisions = decisions
        self.seen = Watch()

    def reached(self) -> bool:
        return self.decisions is not None and self.seen.decisions >= self.decisions


def _watch(
    console: Console,
    lines: ScriptLines,
    artifact: Artifact,
    record: DecisionLog | None,
    output: Path,
    end: _End,
) -> None:
    with ExitStack() as stack:
        keys = stack.enter_context(listening())
        live = None
        if console.terminal:
            live = stack.enter_context(rich.live.Live(console=console.rich, transient=True))
        for end.seen, new in watch(lines, artifact):
            for decision in new:
                if record is not None:
                    record.add(decision, end.seen.labels)
                if live is None:
                    console.say(_line(decision), None if decision.equal else "red")
            stored = ""
            for key in keys.pressed():
                if key == "q":
                    return
                stored = _store(key, end.seen, artifact, output) or stored
            if stored:
                console.say(stored)
            if live is not None and end.seen.last is not None:
                live.update(_picture(end.seen, console.unicode))
            if end.reached():
                return


def _store(key: str, seen: Watch, artifact: Artifact, output: Path) -> str:
    """Store the last window for a key; return what to say about it, "" for other keys."""
    label = None
    if key == "s" and seen.last is not None:
        label = seen.last.label or seen.last.likeliest
    elif key.isdigit() and 0 < int(key) <= len(seen.labels):
        label = seen.labels[int(key) - 1]
    if label is None:
        return ""
    stream = artifact.graph.stream
    count = 1 if stream is None else stream.window
    rows = list(seen.readings)[-count:]
    if len(rows) < count:
        return "there is no whole window yet"
    channels = stream.channels if stream is not None else [f"x{k}" for k in range(len(rows[0]) - 1)]
    return f"stored {store_window(output, label, channels, rows)}"


def _check_channels(sensor: str, names: tuple[str, ...], channels: tuple[str, ...]) -> None:
    if len(names) != len(channels) or (names != channels and {*names} == {*channels}):
        raise ThumbnetError(
            f"{sensor} reads {', '.join(names)}, but the network was trained on "
            f"{', '.join(channels)}: return exactly these from read(), in this order"
        )


def _line(decision: Decision) -> str:
    label = decision.label or decision.likeliest or ""
    answer = label or ", ".join(map(str, decision.scores[:4]))
    share = "" if decision.probability is None else f" {decision.probability:.0%}"
    wrong = "" if decision.equal else "  the PC computes other integers"
    undecided = " (undecided)" if decision.label is None and decision.likeliest else ""
    return f"{answer}{share}{undecided}  {microseconds(decision.microseconds)}{wrong}"


def _picture(seen: Watch, unicode: bool) -> rich.text.Text:
    decision = seen.last
    assert decision is not None
    share = decision.probability or 0.0
    bar = ("█" if unicode else "#") * round(share * BAR)
    text = rich.text.Text(
        printable(f"{_line(decision)}  {bar}"), style="bold" if decision.equal else "red"
    )
    text.append(f"\n{_words(seen)}", style="dim")
    keys = "  ".join(f"{k} {label}" for k, label in enumerate(seen.labels[:9], start=1))
    text.append(printable(f"\nstore the last window: {keys}  s as shown   q end"), style="dim")
    return text


def _words(seen: Watch) -> str:
    return f"{seen.equal:,} of {seen.decisions:,} decisions equal to the PC's, integer for integer"


def _result(seen: Watch) -> JsonObject:
    last = seen.last
    return {
        "decisions": seen.decisions,
        "equal": seen.equal,
        "last": None if last is None else last.as_json(),
    }
