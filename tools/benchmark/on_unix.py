"""Networks on MicroPython's Unix port: heap, allocations, kernel calls, streamed weights."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from statistics import median

from thumbnet.export import Artifact, convert
from thumbnet.trainer import Callback

from ..json_lines import JsonObject
from ..run.measurement import check_answers, measure
from ..targets import UnixTarget
from ..terminal.wording import microseconds
from ..workflow import demonstration
from .goals import Goal, Line
from .kernel_call_counts import calls_on_unix
from .networks import Networks

CHECKED, MEASURED = 100, 25
Say = Callable[[str], None]


def digits(networks: Networks, say: Say) -> list[Line]:
    """Measure 64-32-10 of the demo in the heap of a small board."""
    say("training digits 64-32-10, as the demo does")
    trained = demonstration.train("digits", Callback())
    sample = trained.model.samples["calibration"]
    program = convert(trained.model, sample, name="digits")
    with tempfile.TemporaryDirectory() as folder:
        artifact = program.write(folder, trained.test.x, trained.test.y, vectors=None)
        return [in_small_heap(artifact, "digits 64-32-10", say)]


def in_small_heap(artifact: Artifact, what: str, say: Say, heap: str = "40k") -> Line:
    """Measure the heap that the import keeps."""
    equal, facts, measured = _measured(artifact, heap, say)
    kept = facts["heap_bytes_import"]
    return Line(
        "digits_heap",
        f"{what}, {artifact.build.tier} tier: heap kept after import, {heap} heap",
        kept,
        f"{kept:,} bytes",
        Goal("<", 12_000, "bytes"),
        f"gc.mem_alloc() before and after, Unix port (64-bit words); {equal} of {equal} rows "
        f"equal; {_time(measured)} a digit",
    )


def viper(networks: Networks, say: Say) -> list[Line]:
    """Measure MNIST 784-16-10 in viper."""
    network = networks.mnist_16()
    test = networks.mnist[1]
    program = convert(network.model, network.calibration, name="mnist_16", board="unix")
    with tempfile.TemporaryDirectory() as folder:
        artifact = program.write(folder, test.x, test.y, vectors=CHECKED)
        return in_viper(artifact, "MNIST 784-16-10", network.origin, say)


def in_viper(artifact: Artifact, what: str, origin: str, say: Say) -> list[Line]:
    """Measure what `predict` allocates and calls."""
    equal, _, measured = _measured(artifact, None, say)
    calls = calls_on_unix(artifact)
    heap = max(line["heap"] for line in measured)
    return [
        Line(
            "viper_heap",
            f"{what}, viper, Unix port: heap that predict takes",
            heap,
            f"{heap} bytes",
            Goal("==", 0, "bytes"),
            f"gc.mem_alloc() around predict, collector off; the most of {len(measured)} digits; "
            f"{equal} of {equal} rows equal; {_time(measured)} a digit; {origin}",
        ),
        Line(
            "viper_calls",
            "the same: calls from Python per dense layer (viper)",
            calls.per_layer,
            f"{calls.per_layer:g}",
            Goal("==", 1),
            f"counted there by wrapping the kernels; one predict of {calls.layers} dense layers: "
            f"{calls}",
        ),
    ]


def streamed(networks: Networks, say: Say) -> list[Line]:
    """Check MNIST 784-512-10 with streamed weights."""
    network = networks.mnist_512()
    test = networks.mnist[1]
    model = network.model
    program = convert(model, network.calibration, name="mnist_512", board="unix", weights="stream")
    with tempfile.TemporaryDirectory() as folder:
        artifact = program.write(folder, test.x, test.y, vectors=CHECKED)
        what = f"MNIST 784-512-10 ({model.count_params():,} parameters)"
        return [in_stream(artifact, what, network.origin, say)]


def in_stream(artifact: Artifact, what: str, origin: str, say: Say, heap: str = "64k") -> Line:
    """Check that it runs and answers like the reference."""
    pictures = sum(target is not None for target in artifact.targets)
    equal, facts, measured = _measured(artifact, heap, say)
    return Line(
        "streamed",
        f"{what} streamed, {heap} heap: answers equal to the reference's",
        pictures,
        f"{pictures} of {pictures}",
        Goal("==", pictures),
        f"Unix port, {artifact.build.tier}, buffer of {artifact.build.buffer:,} bytes; {equal} "
        f"rows with the extremes; {_time(measured)} a digit; the import keeps "
        f"{facts['heap_bytes_import']:,} bytes; {origin}",
    )


def _measured(
    artifact: Artifact, heap: str | None, say: Say
) -> tuple[int, JsonObject, list[JsonObject]]:
    """Return the number of equal rows, the facts of the target, and its measurements."""
    say(f"{artifact.name} ({artifact.build.tier}) on the Unix port: {len(artifact.inputs)} answers")
    with UnixTarget(heap) as target:
        name = target.stage(artifact.name, artifact.files)
        equal = check_answers(target, artifact, name)
        facts, measured = measure(target, name, artifact.rows[:MEASURED])
    return equal, facts, measured


def _time(measured: list[JsonObject]) -> str:
    return microseconds(median(line["us"] for line in measured))
