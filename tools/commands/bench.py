"""`thumbnet bench`: what does an inference cost there?"""

from __future__ import annotations

from pathlib import Path

import click

from ..bench import Measurement, bench
from ..console import Console
from ..estimates import Compared, compare
from ..modules import load_module
from .options import MODULE, Where, target_options, verb

HOSTED = ("unix", "wasm")


@verb("thumbnet bench build/gestures.py --port /dev/ttyACM0")
@click.argument("module", type=MODULE)
@target_options
@click.option("--rows", type=click.IntRange(1), default=25, help="Vectors to take the median of.")
def command(console: Console, module: Path, where: Where, rows: int) -> None:
    """Measure MODULE on a target, after a check that it answers right there.

    Beside each figure stands the exporter's estimate where the target is the module's board: with
    --port, where the firmware there says that it is.
    """
    artifact = load_module(module)
    if not artifact.intact:
        console.say(f"{module} is not the file that export wrote", "yellow")
    with where.open(artifact) as place:
        measured = bench(place, artifact, rows)
        known = place.runs_on(artifact.board)
    # An interpreter behind a port has the heap that it was started with.
    own_heap = where.heap is None and (where.port is None or artifact.board.name not in HOSTED)
    compared = compare(artifact, measured, own_heap) if known else None
    console.say(f"{artifact.name} on {measured.target}", "bold")
    show(console, measured, compared)
    estimates = compared.as_json() if compared else None
    console.result({**measured.as_json(), "estimates": estimates, "intact": artifact.intact})


def show(console: Console, measured: Measurement, compared: Compared | None) -> None:
    """Print the table, the same for every target."""
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


def microseconds(us: float) -> str:
    """A time that one can read: 3.4 us, 12.5 ms, 2.1 s."""
    for limit, factor, unit in ((1000, 1, "us"), (1_000_000, 1000, "ms")):
        if us < limit:
            return f"{us / factor:.3g} {unit}"
    return f"{us / 1_000_000:.3g} s"


def instructions(count: int | None) -> str:
    """How many, or why there is no number."""
    return "not counted here" if count is None else f"{count:,}"


def heap_bytes(size: int | None) -> str:
    """Bytes of heap, or why there is no number."""
    return "not known here" if size is None else f"{size:,} bytes"


def heap_per_inference(measured: Measurement) -> str:
    """Heap of one predict(), or why there is no number."""
    size = measured.heap_bytes_per_inference
    if size is None and measured.heap_bytes_import is not None:
        return "not measured: the heap is too tight"
    return heap_bytes(size)


def _estimate(compared: Compared, field: str) -> str:
    value = compared.estimated.get(field)
    if value is None:
        return ""
    return microseconds(value) if field.startswith("us_") else heap_bytes(round(value))


def _off(compared: Compared, field: str) -> str:
    deviation = compared.deviation(field)
    return "" if deviation is None else f"{round(deviation):+d} %".replace("+0", "0")
