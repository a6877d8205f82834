"""`thumbnet bench`: what an inference costs on a target."""

from __future__ import annotations

from pathlib import Path

import click

from ..run.edited import check_intact
from ..run.estimates import EstimateComparison, compare_estimates
from ..run.measurement import Measurement, bench, heap_per_inference
from ..terminal.console import Console
from ..terminal.wording import heap_bytes, instructions, microseconds
from .module_argument import load_module
from .options import FILE, TargetChoice, force_option, say_edited, target_options, verb

HOSTED = ("unix", "unix_arm64", "wasm")
"""Boards that are programs on a computer: their heap is chosen at the start."""


@verb("thumbnet bench build/gestures.py --port /dev/ttyACM0")
@click.argument("module", type=FILE)
@target_options
@click.option(
    "--rows",
    type=click.IntRange(1),
    default=25,
    help="Number of vectors to measure; the median counts.",
)
@force_option
def command(console: Console, module: Path, where: TargetChoice, rows: int, force: bool) -> None:
    """Measure MODULE on a target, after a check of its answers.

    If the target is the board that the module was made for, the estimate of the exporter stands
    beside each figure. With --port, the firmware tells which board it is.

    This runs MODULE, like `thumbnet verify`: its --help says what that means for a module of a
    stranger. A module that was edited after export is refused.
    """
    artifact = load_module(module)
    check_intact(artifact, force)
    with where.open(artifact) as place:
        say_edited(console, artifact, place)
        measured = bench(place, artifact, rows, force)
        known = place.runs_on(artifact.board)
    # An interpreter behind a port has whatever heap it was started with.
    own_heap = where.heap is None and (where.port is None or artifact.board.name not in HOSTED)
    compared = compare_estimates(artifact, measured, own_heap) if known else None
    console.say(f"{artifact.name} on {measured.target}", "bold")
    show(console, measured, compared)
    estimates = compared.as_json() if compared else None
    console.result({**measured.as_json(), "estimates": estimates, "intact": artifact.intact})


def show(console: Console, measured: Measurement, compared: EstimateComparison | None) -> None:
    """Print the figures; the lines are the same for every target."""
    lines = {
        "multiply-accumulates": ("macs", f"{measured.macs:,}"),
        "time per inference": ("us_per_inference", microseconds(measured.us_per_inference)),
        **_decision(measured),
        "instructions per inference": (
            "instructions_per_inference",
            instructions(measured.instructions_per_inference),
        ),
        "module": ("module_bytes", heap_bytes(measured.module_bytes)),
        "heap after import": ("heap_bytes_import", heap_bytes(measured.heap_bytes_import)),
        "free heap after import": ("heap_bytes_free", heap_bytes(measured.heap_bytes_free)),
        "heap per inference": ("heap_bytes_per_inference", heap_per_inference(measured)),
    }
    if compared is None:
        console.facts({what: text for what, (_, text) in lines.items()})
        return
    rows = {"": ("measured", "estimate", "off by")}
    for what, (field, text) in lines.items():
        rows[what] = (text, _estimate(compared, field), _off(compared, field))
    widths = [max(map(len, column)) for column in zip(*rows.values(), strict=True)]
    console.facts(
        {
            what: "   ".join(map(str.ljust, columns, widths)).rstrip()
            for what, columns in rows.items()
        }
    )


def _decision(measured: Measurement) -> dict[str, tuple[str, str]]:
    us = measured.us_per_decision
    return {} if us is None else {"push that fills a window": ("us_per_decision", microseconds(us))}


def _estimate(compared: EstimateComparison, field: str) -> str:
    value = compared.estimated.get(field)
    if value is None:
        return ""
    return microseconds(value) if field.startswith("us_") else heap_bytes(round(value))


def _off(compared: EstimateComparison, field: str) -> str:
    deviation = compared.deviation(field)
    return "" if deviation is None else f"{round(deviation):+d} %".replace("+0", "0")
