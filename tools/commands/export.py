"""`thumbnet export`: from a trained network to a module."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from thumbnet.export import (
    CALIBRATIONS,
    LayerQuality,
    Options,
    Program,
    QuantizationResult,
    balanced_accuracies,
    compare_quantizations,
    convert,
    convert_graph,
    load_board,
    module_name,
    quantization_choices,
)
from thumbnet.importers import IntegerNetwork
from thumbnet.trainer import FRONT_ENDS, Model, ThumbnetError, read_bytes

from ..report.findings import LOW_SQNR
from ..terminal.console import Console
from ..workflow.any_network import load_levels, load_network, refuse_options, varied_levels
from ..workflow.class_names import named_network
from ..workflow.evaluation_data import EvaluationData, evaluation_data
from ..workflow.hearing import hear_as, hearing, keep_manifest
from .class_options import class_options
from .export_report import report, say_limits, write_romfs
from .options import FILE, TEST_DATA, data_options, verb

MOST_SKETCH = 2**18
"""Bytes of a program; all the flash of a micro:bit."""


@verb("thumbnet export gestures.npz --board generic -o build/")
@click.argument("model", type=FILE)
@click.option("--board", default="generic", help="One of `thumbnet boards`, or your own FILE.toml.")
@click.option(
    "--tier",
    type=click.Choice(["thumb", "viper", "plain"]),
    help="Kernels to use; if not given, the fastest that the firmware of the board runs.",
)
@click.option(
    "--weights",
    type=click.Choice(["module", "stream", "romfs"]),
    help="Where the weights are: in the module, in a .bin file read piece by piece, or in mapped "
    "flash; the first that fits if not given.",
)
@click.option(
    "--bits",
    type=click.Choice(["8", "4"]),
    help="Width of the weights of dense, convolution and recurrent layers; if not given, the width "
    "that the network was trained for with --quantize, else 8. `thumbnet compare` shows the "
    "accuracy with 4.",
)
@click.option(
    "--calibration",
    type=click.Choice(CALIBRATIONS),
    help="How to choose the range of each layer from the calibration rows; min_max if not given.",
)
@click.option(
    "--mpy",
    is_flag=True,
    help="Compile the module: it needs less heap, but runs on one kind of processor.",
)
@click.option(
    "--romfs",
    is_flag=True,
    help="Put the weights into mapped flash (--weights romfs), and also write NAME.romfs: an image "
    "for `mpremote romfs deploy`, with the module and its weights.",
)
@click.option(
    "--check",
    metavar="WHEN",
    help="When the module compares the CRC-32 of its weights and parameters: 'import', or a number "
    "N for also before every N-th call; if not given, only where a program calls check().",
)
@click.option(
    "--main",
    type=FILE,
    metavar="SKETCH.py",
    help="Program that goes into the .hex of a micro:bit as main.py.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("build"), help="Folder."
)
@click.option("--name", help="Name of the module; the file name of the model if not given.")
@click.option(
    "--resolution", type=float, help="Size of one input step in raw units: 1, 0.1, 0.01 ..."
)
@data_options(TEST_DATA)
@class_options
@click.option(
    "--margin",
    type=click.FloatRange(0),
    default=0.125,
    help="How far a reading may lie outside the training range, in widths of that range.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="For a network with one sigmoid output: the probability from which the answer is class 1; "
    "0.5 if not given.",
)
@click.option(
    "--sound",
    type=click.Choice([*FRONT_ENDS]),
    help="Give the module a Stream that takes sound: the front end that an int8 .tflite was "
    "trained with. A network of `thumbnet train --sound` knows its own.",
)
@click.option(
    "--cutoff",
    type=click.FloatRange(0, 1, max_open=True),
    help="For sound: the mean probability above which a word was heard; if not given, that of the "
    ".json of microWakeWord beside MODEL, or 0.6 for a network of `thumbnet train --sound`.",
)
@click.option(
    "--mean-of",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="For sound: how many of the last probabilities the mean is of; if not given, see "
    "--cutoff, or 3.",
)
@click.option(
    "--vectors", type=click.IntRange(0), default=200, help="Number of test rows to keep for verify."
)
def command(
    console: Console,
    model: Path,
    board: str,
    tier: str | None,
    weights: str | None,
    bits: str | None,
    calibration: str | None,
    mpy: bool,
    romfs: bool,
    check: str | None,
    main: Path | None,
    output: Path,
    name: str | None,
    resolution: float | None,
    data: str | None,
    label: str | None,
    margin: float,
    threshold: float | None,
    sound: str | None,
    cutoff: float | None,
    mean_of: int | None,
    vectors: int,
    names: str | None,
    task: str | None,
) -> None:
    """Write MODEL as one module, with test vectors beside it.

    MODEL is the .npz of `thumbnet train` or `thumbnet import`, which this quantizes, or a file of
    another framework; a network of 8-bit integers keeps the integers that it has.
    """
    if romfs:
        if weights not in (None, "romfs"):
            raise ThumbnetError(
                f"--romfs is for weights in mapped flash, not --weights {weights}: leave that out"
            )
        weights = "romfs"
    network = named_network(load_network(model), model, names, task)
    profile = load_board(board)
    if name is None:
        name = module_name(model.stem, profile.name)
        if name != model.stem:
            console.say(
                f"the module is named {name}: {model.stem!r} cannot be imported on "
                f"{profile.name} (--name chooses another)"
            )
    when = _calls(check)
    if isinstance(network, IntegerNetwork):
        network = network.named(name)
        own = {"--bits": bits, "--calibration": calibration, "--resolution": resolution}
        refuse_options(model, {**own, "--threshold": threshold})
        keep_manifest(model, output, name)
        graph = hearing(network.graph, model, sound, cutoff, mean_of, network.task.labels)
        program = convert_graph(
            graph,
            network.task,
            network.layers,
            board=profile,
            tier=tier,
            weights=weights,
            mpy=mpy,
            check=when,
        )
        held_out = (
            load_levels(network, model, data, label) if data else (varied_levels(network), None)
        )
        made = EvaluationData(np.zeros(0), *held_out)
        _write(console, program, main, output, made, vectors, romfs=romfs)
        return
    hear_as(network, model, sound, cutoff, mean_of)
    rows = evaluation_data(network, model, data, label)
    if rows.note:
        console.say(rows.note, "yellow")
    if calibration is not None:
        _check_calibration(calibration, network, model, rows, Options(name, resolution))
    program = convert(
        network,
        rows.calibration,
        name=name,
        resolution=resolution,
        threshold=threshold,
        margin=margin,
        calibration=calibration or "min_max",
        bits=None if bits is None else int(bits),
        board=profile,
        tier=tier,
        weights=weights,
        mpy=mpy,
        check=when,
    )
    _write(console, program, main, output, rows, vectors, network, romfs=romfs)


def _write(
    console: Console,
    program: Program,
    main: Path | None,
    output: Path,
    rows: EvaluationData,
    vectors: int,
    network: Model | None = None,
    *,
    romfs: bool = False,
) -> None:
    """Write the files and say what they are; `network` has the float weights, if there are any."""
    if main is not None:
        program = program.with_sketch(_sketch(main))
    artifact = program.write(
        output, rows.test_x, rows.test_y, vectors=vectors, chose_ranges=rows.chose_ranges
    )
    say_limits(console, artifact, program)
    if romfs:
        write_romfs(console, artifact)
    if network is None:
        report(console, artifact, program, {}, None)
        return
    quality = program.quality(rows.calibration)
    console.table(
        ["layer", "type", "SQNR dB"], [[q.tensor, q.dtype, f"{q.sqnr:.1f}"] for q in quality]
    )
    _warn(console, quality)
    measured = program.bits < 8 and "integer" in artifact.info
    eight = _eight_bits(network, rows, program) if measured else None
    report(console, artifact, program, _balanced(program, rows), eight)


def _check_calibration(
    calibration: str, network: Model, model: Path, rows: EvaluationData, options: Options
) -> None:
    if quantization_choices(network, rows.calibration, options)[0][0]:
        return
    raise ThumbnetError(
        f"--calibration {calibration} has no range to choose: {model} was trained with "
        f"--quantize {network.quantized}, which has fixed all ranges: leave it out"
    )


def _calls(check: str | None) -> int | None:
    """Return the number of calls between two checks, 0 for a check at import only."""
    if check is None or check == "import":
        return None if check is None else 0
    if not (check.isascii() and check.isdigit() and 0 < len(check) < 10 and int(check)):
        raise ThumbnetError(f"--check {check}: write import, or a number of calls such as 100")
    return int(check)


def _eight_bits(
    network: Model, rows: EvaluationData, program: Program
) -> QuantizationResult | None:
    """Return the result of the same export with weights of 8 bits."""
    if rows.test_x is None or rows.test_y is None:
        return None
    held_out = (rows.calibration, rows.test_x, rows.test_y)
    options = program.options
    choices: list[tuple[str | None, int]] = [(options.calibration, 8)]
    return next(compare_quantizations(network, *held_out, options, choices))


def _sketch(path: Path) -> bytes:
    try:
        return read_bytes(path, MOST_SKETCH)
    except ThumbnetError as error:
        raise ThumbnetError(f"cannot read the sketch: {error}") from error


def _warn(console: Console, quality: list[LayerQuality]) -> None:
    for layer in quality:
        if layer.sqnr < LOW_SQNR:
            console.say(
                f"layer {layer.tensor} loses precision in integers ({layer.sqnr:.1f} dB, less than "
                f"{LOW_SQNR}): compare the accuracies before you rely on it",
                "yellow",
            )


def _balanced(program: Program, rows: EvaluationData) -> dict[str, float | None]:
    """Return the balanced accuracies if the held-out classes are imbalanced."""
    integer, floats = None, None
    if rows.test_x is not None and rows.test_y is not None:
        integer, floats = balanced_accuracies(program, rows.test_x, rows.test_y)
    return {"balanced_float": floats, "balanced_integer": integer}
