"""`thumbnet demo`: the whole path, with a report."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import click

from thumbnet.export.emit.header import layers_in_words

from .. import demo
from ..console import Console
from ..pictures import side_by_side
from ..subjects import SUBJECTS
from ..targets import open_target
from .bench import heap_bytes, heap_per_inference, microseconds
from .options import Failed, verb
from .train import Progress
from .verify import interpreter

WIDEST = 140
"""Characters of pictures that stand side by side."""


@verb("thumbnet demo digits")
@click.argument("what", type=click.Choice(list(SUBJECTS)), default="digits")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder; build/WHAT if not given."
)
@click.option("--heap", metavar="SIZE", help="Heap of MicroPython, such as 32k.")
@click.option("--seed", type=click.IntRange(0), default=0)
def command(console: Console, what: str, output: Path | None, heap: str | None, seed: int) -> None:
    """Train a network and run it on a real MicroPython: digits, mnist or motions.

    Examples that it has never seen go through the exported module; every integer is compared.
    mnist takes a minute or two and downloads its pictures once; motions needs the package aeon.
    """
    started = time.perf_counter()
    subject = SUBJECTS[what]
    output, heap = output or Path("build") / what, heap or subject.heap
    demo.make_folder(output)
    with open_target("unix", heap=heap) as target:
        console.say(f"Training on {subject.what}", "bold")
        epochs = subject.recipe.epochs
        with console.progress("epoch", epochs, every=epochs / 6) as update:
            trained = demo.train(what, Progress(update), seed)
        artifact = demo.export(trained, output)
        console.say()
        ran = len(trained.test) if subject.vectors is None else subject.vectors
        console.say(
            f"Running {ran:,} {subject.things} that it has never seen on MicroPython "
            f"with a heap of {heap}",
            "bold",
        )
        with console.progress(subject.things[:-1], len(artifact.inputs)) as update:
            done = demo.prove(trained, artifact, target, started, update)
    _show_pictures(console, done)
    _show_report(console, done, heap)
    if not done.verdict.ok:
        raise Failed(f"parity failed: {done.verdict.reason()}", done.as_json())
    _show_next(console, done, heap)
    console.result(done.as_json())


def _show_pictures(console: Console, done: demo.Demo) -> None:
    rows = demo.interesting(done)
    pictures = [demo.picture(done, row, console.unicode) for row in rows]
    captions = [demo.caption(done, row) for row in rows]
    console.say()
    if max(len(lines[0]) for lines in pictures) * len(rows) > WIDEST:
        for lines, caption in zip(pictures, captions, strict=True):
            console.say("\n".join([*lines, caption, ""]))
        return
    console.say(side_by_side(pictures, captions, gap="   "))
    console.say()


def _show_report(console: Console, done: demo.Demo, heap: str) -> None:
    verdict, measured = done.verdict, done.measured
    console.facts(
        {
            "network": layers_in_words(done.artifact.graph, done.trained.model),
            "float accuracy": f"{done.float_accuracy:.2%}  on the PC",
            "integer accuracy": _integer_accuracy(done),
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


def _integer_accuracy(done: demo.Demo) -> str:
    """Of what ran on MicroPython, and of all if that was a part."""
    verdict, info = done.verdict, done.artifact.info
    text = f"{verdict.accuracy or 0:.2%}  on {interpreter(verdict)}"
    if done.trained.subject.vectors is None:
        return text
    return f"{info['integer']:.2%}  of all {info['samples']:,}; {text}, of those that ran there"


def _show_next(console: Console, done: demo.Demo, heap: str) -> None:
    module = shlex.quote(str(done.artifact.path))
    console.say()
    console.say("Next", "bold")
    console.say(f"  thumbnet bench {module} --heap {heap}")
    console.say(f"  thumbnet report {shlex.quote(str(done.artifact.path.with_suffix('.npz')))}")
    console.say(f"  thumbnet deploy {module} --port {_a_port()}")
    console.say("  thumbnet train your-readings.csv -o gestures.npz")


def _a_port() -> str:
    from ..targets.board import candidate_ports

    ports = candidate_ports()
    return ports[0][0] if ports else "/dev/ttyACM0"
