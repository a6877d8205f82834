"""`thumbnet export`: from a trained network to a module."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from thumbnet.export import Artifact, Program, convert
from thumbnet.export.program.compare import Quantized, balanced_accuracies, calibrations, compare
from thumbnet.export.board_fit.estimate import Estimate
from thumbnet.export.stages.observers import OBSERVERS
from thumbnet.export.stages.pipeline import Options, trained_bits
from thumbnet.export.program.quality import LayerQuality
from thumbnet.trainer import Model, ThumbnetError, load_model

from ..console import Console
from ..estimates import estimate_of
from ..modules import name_for
from ..recipe import check_finished
from ..rows import Rows, calibration_and_test
from .bench import microseconds
from .options import MODULE, data_options, verb

PLACES = {
    "module": "the module",
    "stream": "a file, read piece by piece",
    "romfs": "mapped flash (ROMFS)",
    "flash": "flash, read in place",
}
FEWEST_DECIBELS = 20
"""Signal to quantization noise of a layer, below which a warning names it."""


@verb("thumbnet export gestures.npz --board generic -o build/")
@click.argument("model", type=MODULE)
@click.option("--board", default="generic", help="One of `thumbnet boards`, or your own FILE.toml.")
@click.option(
    "--tier",
    type=click.Choice(["thumb", "viper", "plain"]),
    help="Which kernels; the fastest that the board's firmware runs if not given.",
)
@click.option(
    "--weights",
    type=click.Choice(["module", "stream", "romfs"]),
    help="Where the weights live: in the module, in a .bin read piece by piece, in mapped flash; "
    "the first that fits if not given.",
)
@click.option(
    "--bits",
    type=click.Choice(["8", "4"]),
    help="Width of the weights of dense, convolution and recurrent layers: if not given, what the "
    "network was trained for with --quantize, else 8; `thumbnet compare` shows what 4 cost.",
)
@click.option(
    "--calibration",
    type=click.Choice(list(OBSERVERS)),
    help="How the range of each layer is chosen from the calibration rows; min_max if not given.",
)
@click.option("--mpy", is_flag=True, help="Compile the module: for one processor, in less heap.")
@click.option(
    "--main",
    type=MODULE,
    metavar="SKETCH.py",
    help="For a micro:bit: the program that goes into the .hex as main.py.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("build"))
@click.option("--name", help="What the board imports; the model's file name if not given.")
@click.option(
    "--resolution", type=float, help="Size of one input count in raw units: 1, 0.1, 0.01 ..."
)
@data_options(
    "Rows to test with, instead of those that the model carries; also to calibrate it with, if it "
    "carries none."
)
@click.option(
    "--margin",
    type=click.FloatRange(0),
    default=0.125,
    help="How far beyond the training range a reading may go, in widths of that range.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="For a network with one sigmoid: the probability from which it is class 1; 0.5 if not "
    "given.",
)
@click.option("--vectors", type=click.IntRange(0), default=200, help="Test rows kept for verify.")
def command(
    console: Console,
    model: Path,
    board: str,
    tier: str | None,
    weights: str | None,
    bits: str | None,
    calibration: str | None,
    mpy: bool,
    main: Path | None,
    output: Path,
    name: str | None,
    resolution: float | None,
    data: str | None,
    label: str | None,
    margin: float,
    threshold: float | None,
    vectors: int,
) -> None:
    """Quantize MODEL (.npz) and write it as one module, with rows to verify it beside."""
    network = load_model(model)
    check_finished(network, model)
    rows = calibration_and_test(network, model, data, label)
    if name is None:
        name = name_for(model.stem)
        if name != model.stem:
            console.say(f"the module is called {name}: a board cannot import {model.stem!r}")
    trial = Options(name, resolution)
    if calibration is not None and not calibrations(network, rows.calibration, trial):
        raise ThumbnetError(
            f"--calibration {calibration} has no range to choose: {model} was trained with "
            f"--quantize {network.quantized}, its ranges are those of training: leave it out"
        )
    program = convert(
        network,
        rows.calibration,
        name=name,
        board=board,
        resolution=resolution,
        threshold=threshold,
        margin=margin,
        tier=tier,
        weights=weights,
        mpy=mpy,
        calibration=calibration or "min_max",
        bits=None if bits is None else int(bits),
    )
    if main is not None:
        program = program.with_sketch(_sketch(main))
    artifact = program.write(output, rows.test_x, rows.test_y, vectors=vectors)
    quality = program.quality(rows.calibration)
    console.table(
        ["layer", "type", "SQNR dB"], [[q.tensor, q.dtype, f"{q.sqnr:.1f}"] for q in quality]
    )
    _warn(console, quality)
    eight = _eight_bits(network, rows, program) if program.bits < 8 else None
    _report(console, artifact, program, _balanced(program, rows), eight)
    if rows.test_x is rows.calibration:
        console.say(
            f"{model} carries no rows to calibrate with: those of {data} chose the ranges, so "
            "others may do worse",
            "yellow",
        )


def _eight_bits(network: Model, rows: Rows, program: Program) -> Quantized | None:
    """What the held-out rows would give with weights of 8 bits, all else equal."""
    if rows.test_x is None or rows.test_y is None:
        return None
    held_out = (rows.calibration, rows.test_x, rows.test_y)
    options = program.options
    return next(compare(network, *held_out, options, [(options.calibration, 8)]))


def _sketch(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ThumbnetError(f"cannot read {path}: {error.strerror}: give a sketch") from error


def _warn(console: Console, quality: list[LayerQuality]) -> None:
    for layer in quality:
        if layer.sqnr < FEWEST_DECIBELS:
            console.say(
                f"layer {layer.tensor} lost much in integers ({layer.sqnr:.1f} dB, less than "
                f"{FEWEST_DECIBELS}): compare the accuracies before you rely on it",
                "yellow",
            )


def _refused(info: dict[str, Any]) -> str:
    count = info.get("refused", 0)
    return f"; {count:,} more were out of the accepted range (see --margin)" if count else ""


def _width(program: Program) -> str:
    """Say whether weights have the width that the network was trained for."""
    trained = trained_bits(program.model)
    if program.bits == trained:
        return f"weights of {trained} bits, as it was trained for"
    return f"weights of {program.bits} bits, but it was trained for {trained} (leave --bits out)"


def _balanced(program: Program, rows: Rows) -> dict[str, float | None]:
    """The balanced accuracy where the held-out classes are uneven."""
    whole, real = None, None
    if rows.test_x is not None and rows.test_y is not None:
        whole, real = balanced_accuracies(program, rows.test_x, rows.test_y)
    return {"balanced_float": real, "balanced_integer": whole}


def _report(
    console: Console,
    artifact: Artifact,
    program: Program,
    balanced: dict[str, float | None],
    eight: Quantized | None,
) -> None:
    info, size = artifact.info, sum(map(len, artifact.files.values()))
    word = "R squared" if artifact.kind == "regression" else "accuracy"
    console.say(
        f"{artifact.path}  {size:,} bytes, {artifact.macs:,} multiply-accumulates, "
        f"tier {artifact.build.tier}, weights in {PLACES[artifact.build.weights]}"
    )
    if program.model.quantized:
        console.say(_width(program))
    if "integer" in info:
        console.say(
            f"{word} on {info['samples']:,} held-out rows: {info['integer']:.4f} in integers, "
            f"{info['float']:.4f} in float{_refused(info)}"
        )
        if balanced["balanced_integer"] is not None:
            console.say(
                f"balanced accuracy (the mean over the classes): "
                f"{balanced['balanced_integer']:.4f} in integers, "
                f"{balanced['balanced_float']:.4f} in float"
            )
        if eight is not None:
            more = "" if eight.balanced is None else f", balanced {eight.balanced:.4f}"
            console.say(f"with weights of 8 bits it would be {eight.accuracy:.4f}{more} (--bits 8)")
    elif info.get("refused"):
        console.say("every held-out row is out of the accepted range: see --margin", "yellow")
    made = estimate_of(artifact)
    console.say(
        f"estimate for {artifact.board.name}: {_time(made)}, "
        f"{made.import_heap:,} bytes of heap to import, {made.steady_heap:,} kept"
    )
    for file in list(artifact.files)[1:]:
        console.say(f"{artifact.path.parent / file} belongs to it: both go on the board")
    runs_here = artifact.path.suffix == ".hex" or not artifact.build.tier.startswith("thumb")
    verb = "verify" if runs_here else "deploy --port PORT"
    console.say(f"next: thumbnet {verb} {shlex.quote(str(artifact.path))}")
    console.result(
        {
            "module": str(artifact.path),
            "board": artifact.board.name,
            "kind": artifact.kind,
            "tier": artifact.build.tier,
            "weights": artifact.build.weights,
            "bits": program.bits,
            "files": list(artifact.files),
            "module_bytes": size,
            "macs": artifact.macs,
            "accuracy_float": info.get("float"),
            "accuracy_integer": info.get("integer"),
            "accuracy_8_bits": None if eight is None else eight.accuracy,
            **balanced,
            "balanced_8_bits": None if eight is None else eight.balanced,
            "vectors": len(artifact.inputs),
            "estimate": asdict(made),
        }
    )


def _time(made: Estimate) -> str:
    """How long an answer takes: with a Stream, the push that fills a window, all included."""
    if made.decision is not None:
        return f"{microseconds(made.decision * 1e6)} the push that fills a window"
    return f"{microseconds(made.seconds * 1e6)} an inference"
