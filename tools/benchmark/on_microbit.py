"""A network on the emulated micro:bit v1: answers, instructions, heap, kernel calls."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from statistics import mean

from thumbnet.export import Artifact, convert

from ..run.measurement import check_answers, measure
from ..targets import MicrobitTarget
from .goals import Goal, Line
from .kernel_call_counts import calls_on_microbit
from .networks import Networks

CHECKED, MEASURED = 100, 25
Say = Callable[[str], None]


def microbit(networks: Networks, say: Say) -> list[Line]:
    """Measure MNIST 784-16-10."""
    network = networks.mnist_16()
    test = networks.mnist[1]
    program = convert(network.model, network.calibration, name="mnist_16", board="microbit")
    with tempfile.TemporaryDirectory() as folder:
        artifact = program.write(folder, test.x, test.y, vectors=CHECKED)
        return on_microbit(artifact, "MNIST 784-16-10", network.origin, say)


def on_microbit(
    artifact: Artifact, what: str, origin: str, say: Say, rows: int = MEASURED
) -> list[Line]:
    """Measure a network for the board `microbit` on that board.

    Parameters
    ----------
    artifact
        Its first vectors are images of a test set, in the order of the set.
    what, origin
        The network, and where it comes from, in words.
    say
        Called with what takes time.
    rows
        How many vectors are measured.

    Raises
    ------
    ThumbnetError
        If an answer is wrong, or QEMU is missing.

    """
    digits = sum(target is not None for target in artifact.targets)
    with MicrobitTarget() as target:
        say(f"{artifact.name} on the emulated micro:bit: {len(artifact.inputs)} answers")
        name = target.stage(artifact.name, artifact.files)
        equal = check_answers(target, artifact, name)
        say(f"{artifact.name} on the emulated micro:bit: {rows} measurements")
        facts, measured = measure(target, name, artifact.rows[:rows])
        calls = calls_on_microbit(target, artifact)
    taken = mean(line["instructions"] for line in measured)
    heap = max(line["heap"] for line in measured)
    return [
        Line(
            "microbit_instructions",
            f"{what} on the micro:bit v1 (emulated): instructions per predict",
            taken,
            f"{taken:,.0f}",
            Goal("<", 400_000),
            f"mean of the first {rows} test digits, QEMU with -icount shift=6; {origin}",
        ),
        Line(
            "microbit_heap_free",
            "the same: free heap after import",
            facts["heap_free"],
            f"{facts['heap_free']:,} bytes",
            Goal(">=", 5 * 1024, "bytes"),
            f"gc.mem_free() after gc.collect(); the import keeps {facts['heap_bytes_import']:,}",
        ),
        Line(
            "microbit_scores",
            f"the same: scores of the first {digits} test digits, equal to the reference's",
            digits,
            f"{digits} of {digits}",
            Goal("==", digits),
            f"every integer of scores, predict and probabilities, on {equal} rows: the digits and "
            "the extremes of the input",
        ),
        Line(
            "thumb_heap",
            "the same: heap that predict takes (thumb)",
            heap,
            f"{heap} bytes",
            Goal("==", 0, "bytes"),
            f"gc.mem_alloc() around predict, collector off; the most of {rows} digits",
        ),
        Line(
            "thumb_calls",
            "the same: calls from Python per dense layer (thumb)",
            calls.per_layer,
            f"{calls.per_layer:g}",
            Goal("==", 1),
            f"counted on the board by wrapping the kernels; one predict of {calls.layers} dense "
            f"layers: {calls}",
        ),
    ]
