"""`thumbnet bench`: what does an inference cost there?"""

from __future__ import annotations

from pathlib import Path

import click

from ..bench import Measurement, bench
from ..console import Console
from ..modules import load_module
from .options import MODULE, Where, target_options, verb


@verb("thumbnet bench build/gestures.py --port /dev/ttyACM0")
@click.argument("module", type=MODULE)
@target_options
@click.option("--rows", type=click.IntRange(1), default=25, help="Vectors to take the median of.")
def command(console: Console, module: Path, where: Where, rows: int) -> None:
    """Measure MODULE on a target, after a check that it answers right there."""
    artifact = load_module(module)
    if not artifact.intact:
        console.say(f"{module} is not the file that export wrote", "yellow")
    with where.open(artifact) as place:
        measured = bench(place, artifact, rows)
    console.say(f"{artifact.name} on {measured.target}", "bold")
    console.facts(
        {
            "multiply-accumulates": f"{measured.macs:,}",
            "time per inference": microseconds(measured.us_per_inference),
            "module": f"{measured.module_bytes:,} bytes",
            "heap after import": heap_bytes(measured.heap_bytes_import),
            "heap per inference": heap_per_inference(measured),
        }
    )
    console.result({**measured.as_json(), "intact": artifact.intact})


def microseconds(us: float) -> str:
    """A time that one can read: 3.4 us, 12.5 ms, 2.1 s."""
    for limit, factor, unit in ((1000, 1, "us"), (1_000_000, 1000, "ms")):
        if us < limit:
            return f"{us / factor:.3g} {unit}"
    return f"{us / 1_000_000:.3g} s"


def heap_bytes(size: int | None) -> str:
    """Bytes of heap, or why there is no number."""
    return "not known here" if size is None else f"{size:,} bytes"


def heap_per_inference(measured: Measurement) -> str:
    """Heap of one predict(), or why there is no number."""
    size = measured.heap_bytes_per_inference
    if size is None and measured.heap_bytes_import is not None:
        return "not measured: the heap is too tight"
    return heap_bytes(size)
