"""`thumbnet demo`: the whole path, from data to a module that runs on MicroPython."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import click

from thumbnet.export import describe_layers

from ..run.measurement import heap_per_inference
from ..targets import open_target
from ..terminal.console import Console
from ..terminal.text_art import side_by_side
from ..terminal.wording import heap_bytes, microseconds
from ..transport.serial_board import candidate_ports
from ..workflow import demonstration
from ..workflow.demo_tasks import DEMO_TASKS
from ..workflow.demonstration import Demo
from ..workflow.progress import ShowEpochs
from .options import Failed, verb

WIDEST = 140
"""Characters up to which drawings stand side by side."""


@verb("thumbnet demo digits")
@click.argument("what", type=click.Choice(list(DEMO_TASKS)), default="digits")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder; build/WHAT if not given."
)
@click.option("--heap", metavar="SIZE", help="Heap of MicroPython, such as 40k.")
@click.option("--seed", type=click.IntRange(0), default=0)
def command(console: Console, what: str, output: Path | None, heap: str | None, seed: int) -> None:
    """Train a network and run it on MicroPython: digits, mnist or motions.

    The exported module classifies examples that the network has never seen, and every integer is
    compared with the PC's. mnist takes a minute or two and downloads its images once; motions
    needs the package aeon.
    """
    started = time.perf_counter()
    task = DEMO_TASKS[what]
    output, heap = output or Path("build") / what, heap or task.heap
    demonstration.make_folder(output)
    with open_target("unix", heap=heap) as target:
        console.say(f"Training on {task.what}", "bold")
        epochs = task.settings.epochs
        with console.progress("epoch", epochs, every=epochs / 6) as update:
            trained = demonstration.train(what, ShowEpochs(update), seed)
        artifact = demonstration.export(trained, output)
        console.say()
        ran = len(trained.test) if task.vectors is None else task.vectors
        console.say(
            f"Running {ran:,} {task.things} that it has never seen on MicroPython "
            f"with a heap of {heap}",
            "bold",
        )
        with console.progress(task.things[:-1], len(artifact.inputs)) as update:
            done = demonstration.prove(trained, artifact, target, started, update)
    _show_drawings(console, done)
    _show_report(console, done)
    if not done.verdict.ok:
        raise Failed(f"parity failed: {done.verdict.reason()}", done.as_json())
    _show_next(console, done, heap)
    console.result(done.as_json())


def _show_drawings(console: Console, done: Demo) -> None:
    rows = demonstration.rows_to_show(done)
    drawings = [demonstration.drawing(done, row, console.unicode) for row in rows]
    captions = [demonstration.caption(done, row) for row in rows]
    console.say()
    if max(len(lines[0]) for lines in drawings) * len(rows) > WIDEST:
        for lines, caption in zip(drawings, captions, strict=True):
            console.say("\n".join([*lines, caption, ""]))
        return
    console.say(side_by_side(drawings, captions, gap="   "))
    console.say()


def _show_report(console: Console, done: Demo) -> None:
    verdict, measured = done.verdict, done.measured
    console.facts(
        {
            "network": describe_layers(done.artifact.graph, done.trained.model),
            "float accuracy": f"{done.float_accuracy:.2%}  on the PC",
            "integer accuracy": _integer_accuracy(done),
            "parity": f"{verdict.equal:,} of {verdict.inputs:,} inputs equal, "
            f"{verdict.integers:,} integers",
            "module": f"{measured.module_bytes:,} bytes, one file",
            "heap": f"{heap_bytes(measured.heap_bytes_import)} after import, "
            f"per inference {heap_per_inference(measured)}",
            "time": f"{microseconds(measured.us_per_inference)} per inference "
            f"({measured.macs:,} multiply-accumulates)",
            "total time": f"{done.seconds:.1f} s",
        }
    )


def _integer_accuracy(done: Demo) -> str:
    """Return the accuracy on the rows that ran, and on all rows if those were only some."""
    verdict, info = done.verdict, done.artifact.info
    text = f"{verdict.accuracy or 0:.2%}  on {verdict.interpreter}"
    if done.trained.task.vectors is None:
        return text
    return f"{info['integer']:.2%}  of all {info['samples']:,}; {text}, of those that ran there"


def _show_next(console: Console, done: Demo, heap: str) -> None:
    module = shlex.quote(str(done.artifact.path))
    console.say()
    console.say("Next", "bold")
    console.say(f"  thumbnet bench {module} --heap {heap}")
    console.say(f"  thumbnet report {shlex.quote(str(done.artifact.path.with_suffix('.npz')))}")
    console.say(f"  thumbnet deploy {module} --port {_a_port()}")
    console.say("  thumbnet train your-readings.csv -o gestures.npz")


def _a_port() -> str:
    ports = candidate_ports()
    return ports[0][0] if ports else "/dev/ttyACM0"
