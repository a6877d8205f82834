"""`thumbnet demo digits`: the whole path, with a report."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import click

from .. import demo
from ..console import Console
from ..pictures import draw, side_by_side
from ..targets import open_target
from .bench import heap_bytes, heap_per_inference, microseconds
from .options import Failed, verb
from .train import Progress
from .verify import interpreter

PICTURES = 4


@verb("thumbnet demo digits")
@click.argument("what", type=click.Choice(["digits"]), default="digits")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("build/digits"))
@click.option("--heap", metavar="SIZE", default="32k", help="Heap of MicroPython.")
@click.option("--seed", type=click.IntRange(0), default=0)
def command(console: Console, what: str, output: Path, heap: str, seed: int) -> None:
    """Train a network that reads handwritten digits, and run it on a real MicroPython.

    Every test picture goes through the exported module; every integer is compared.
    """
    started = time.perf_counter()
    demo.make_folder(output)
    with open_target("unix", heap=heap) as target:
        console.say("Training 64-32-10 on handwritten digits of 8 x 8 pixels", "bold")
        epochs = demo.RECIPE.epochs
        with console.progress("epoch", epochs, every=epochs / 6) as update:
            trained = demo.train(Progress(update), seed)
        artifact = demo.export(trained, output)
        console.say()
        console.say(
            f"Running {len(trained.test):,} pictures that it has never seen on MicroPython "
            f"with a heap of {heap}",
            "bold",
        )
        with console.progress("picture", len(artifact.inputs)) as update:
            done = demo.prove(trained, artifact, target, started, update)
    _show_pictures(console, done)
    _show_report(console, done, heap)
    if not done.verdict.ok:
        raise Failed(f"parity failed: {done.verdict.reason()}", done.as_json())
    _show_next(console, done)
    console.result(done.as_json())


def _show_pictures(console: Console, done: demo.Demo) -> None:
    rows = demo.interesting(done, PICTURES)
    pictures = [draw(demo.picture(done, row), 0, 16, console.unicode) for row in rows]
    console.say()
    console.say(side_by_side(pictures, [demo.caption(done, row) for row in rows], gap="   "))
    console.say()


def _show_report(console: Console, done: demo.Demo, heap: str) -> None:
    verdict, measured = done.verdict, done.measured
    console.facts(
        {
            "float accuracy": f"{done.float_accuracy:.2%}  on the PC",
            "integer accuracy": f"{verdict.accuracy or 0:.2%}  on {interpreter(verdict)}",
            "parity": f"{verdict.equal:,} of {verdict.inputs:,} inputs equal, "
            f"{verdict.integers:,} integers",
            "module": f"{measured.module_bytes:,} bytes, one file",
            "heap": f"{heap_bytes(measured.heap_bytes_import)} after import, "
            f"per inference {heap_per_inference(measured)}",
            "time": f"{microseconds(measured.us_per_inference)} per inference "
            f"({measured.macs:,} multiply-accumulates)",
            "all of this": f"{done.seconds:.1f} s",
        }
    )


def _show_next(console: Console, done: demo.Demo) -> None:
    module = shlex.quote(str(done.artifact.path))
    console.say()
    console.say("Next", "bold")
    console.say(f"  thumbnet bench {module} --heap 32k")
    console.say(f"  thumbnet deploy {module} --port {_a_port()}")
    console.say("  thumbnet train your-readings.csv -o gestures.npz")


def _a_port() -> str:
    from ..targets.board import candidate_ports

    ports = candidate_ports()
    return ports[0][0] if ports else "/dev/ttyACM0"
