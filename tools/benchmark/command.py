"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress
from importlib.util import find_spec
from pathlib import Path

from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject, print_json
from ..targets.interpreter import require_micropython
from ..terminal.console import Console
from ..terminal.stdout import Output
from ..transport.qemu import require_qemu
from . import on_microbit, on_unix
from .goals import Line
from .kernels import conv_network, cortex_m0, mlperf_tiny, races
from .networks import FOLDER, Networks
from .table import show

Measure = Callable[[Networks, Callable[[str], None]], list[Line]]

MEASURES: dict[str, Measure] = {
    "microbit": on_microbit.microbit,
    "cortex-m0": cortex_m0.cortex_m0,
    "conv-m0": cortex_m0.convolutions,
    "mnist-conv-m0": conv_network.kernels,
    "mlperf-tiny": mlperf_tiny.mlperf_tiny,
    "viper": races.viper,
    "lanes": races.lanes,
    "digits": on_unix.digits,
    "whole-viper": on_unix.viper,
    "streamed": on_unix.streamed,
    "mnist-conv": conv_network.on_unix,
}
"""The values of --only; each gives lines of the table."""

COUNTED = {"mlperf-tiny"}
"""The measurements that need Unicorn."""

EMULATED = {"microbit", "cortex-m0", "conv-m0", "mnist-conv-m0"}
"""The measurements that need QEMU; the others need the Unix port."""

INTERRUPTED, BROKEN_PIPE = 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 0 if every goal is met, 1 for a missed goal or a wrong answer."""
    parser = argparse.ArgumentParser(prog="python -m thumbnet.tools.benchmark")
    parser.description = (
        "Measure the goals of the project. Answers are checked before times are shown."
    )
    parser.add_argument("--only", nargs="+", choices=MEASURES, metavar="WHAT", default=[*MEASURES])
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument("--cache", type=Path, default=FOLDER, help="folder for trained networks")
    parser.epilog = f"WHAT: {', '.join(MEASURES)}."
    options = parser.parse_args(arguments)
    output = Output(sys.stdout)
    with redirect_stdout(output):
        code = _guarded(options)
    output.settle()
    return code


def _guarded(options: argparse.Namespace) -> int:
    try:
        return _run(options)
    except ThumbnetError as error:
        return _fail(str(error), options.json)
    except KeyboardInterrupt:
        _fail("interrupted", options.json)
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE


def _run(options: argparse.Namespace) -> int:
    console, progress = Console(options.json), Console(as_json=True)
    started = time.perf_counter()

    def say(text: str) -> None:
        progress.say(f"{time.perf_counter() - started:4.0f} s  {text}", "dim")

    _check_tools(options.only)
    networks = Networks(say, options.cache)
    # Every answer is checked before the first figure is shown.
    wanted = [measure for what, measure in MEASURES.items() if what in options.only]
    lines = [line for measure in wanted for line in measure(networks, say)]
    seconds = time.perf_counter() - started
    show(console, lines)
    missed = [line for line in lines if not line.ok]
    console.say()
    console.say(f"{len(lines) - len(missed)} of {len(lines)} goals met, in {seconds:.0f} s")
    console.result(_result(lines, networks, seconds))
    return int(bool(missed))


def _check_tools(only: Sequence[str]) -> None:
    """Raise ThumbnetError, before minutes are spent, if a program is missing."""
    if EMULATED & {*only}:
        require_qemu()
    if COUNTED & {*only} and find_spec("unicorn") is None:
        raise ThumbnetError("--only mlperf-tiny needs an emulator: run `pip install unicorn`")
    if {*only} - EMULATED - COUNTED:
        require_micropython()


def _result(lines: list[Line], networks: Networks, seconds: float) -> JsonObject:
    return {
        "ok": all(line.ok for line in lines),
        "seconds": round(seconds, 1),
        "networks": networks.origins,
        "lines": [line.as_json() for line in lines],
    }


def _fail(text: str, as_json: bool) -> int:
    line = " ".join(text.split())
    with suppress(OSError):
        print(f"benchmark: {line}", file=sys.stderr)
    if as_json:
        with suppress(OSError, ThumbnetError):
            print_json({"ok": False, "error": line})
    return 1
