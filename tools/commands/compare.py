"""`thumbnet compare`: a network quantized in every way, side by side."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path

import click

from thumbnet.export.program.compare import Quantized, compare, float_accuracy, ways
from thumbnet.export.stages.pipeline import Options, trained_bits
from thumbnet.trainer import Model, ThumbnetError, load_model

from ..console import Console
from ..modules import name_for
from ..recipe import check_finished
from ..rows import calibration_and_test
from .options import MODULE, data_options, verb


@verb("thumbnet compare gestures.npz")
@click.argument("model", type=MODULE)
@data_options(
    "Rows to test with, instead of those that the model carries; also to calibrate it with, if it "
    "carries none."
)
def command(console: Console, model: Path, data: str | None, label: str | None) -> None:
    """Compare ways to quantize MODEL (.npz): how ranges are chosen, weights of 8 and of 4 bits.

    Every way is tried on the held-out rows; `thumbnet export` takes the one you choose.
    """
    network = load_model(model)
    check_finished(network, model)
    rows = calibration_and_test(network, model, data, label)
    if rows.test_x is None or rows.test_y is None:
        raise ThumbnetError(
            f"{model} carries no held-out rows to compare with: give some with --data FILE"
        )
    options = Options(name_for(model.stem))
    held_out = (rows.calibration, rows.test_x, rows.test_y, options)
    in_float, balanced_float = float_accuracy(network, *held_out)
    among = ways(network, rows.calibration, options)
    found: list[Quantized] = []
    with console.progress("way", len(among)) as update:
        for way in compare(network, *held_out, among):
            found.append(way)
            update(len(found))
    regression = found[0].agreement is None
    uneven = balanced_float is not None
    heads = ["--calibration", "--bits", "R squared" if regression else "accuracy"]
    heads += ["balanced"] * uneven + ["SQNR dB", "worst layer", "bytes"]
    console.table(heads, [_cells(way) for way in found])
    form = ".4f" if regression else ".2%"
    more = "" if balanced_float is None else f", balanced {balanced_float:.2%}"
    console.say(f"in float: {in_float:{form}}{more}")
    if uneven:
        console.say("balanced: the mean over the classes, of which some have many more rows")
    if network.quantized:
        but = "" if found[0].calibration is None else ", but for some that it left open"
        console.say(f"trained for {network.quantized}: its ranges are those of training{but}")
    best = _best(found, network)
    said = "" if best.calibration is None else f" --calibration {best.calibration}"
    console.say(f"next: thumbnet export {shlex.quote(str(model))}{said} --bits {best.bits}")
    console.result(
        {
            "float": in_float,
            "balanced_float": balanced_float,
            "ways": [asdict(way) for way in found],
        }
    )


def _cells(way: Quantized) -> list[str]:
    """A line of the table."""
    return [
        way.calibration or "trained",
        str(way.bits),
        f"{way.accuracy:.4f}" if way.agreement is None else f"{way.accuracy:.2%}",
        *([] if way.balanced is None else [f"{way.balanced:.2%}"]),
        f"{way.sqnr:.1f}",
        f"{way.worst:.1f}",
        f"{way.weight_bytes:,}",
    ]


def _best(found: list[Quantized], network: Model) -> Quantized:
    """The way to take: of the width that the network was trained for, if it was for one."""
    if network.quantized:
        found = [way for way in found if way.bits == trained_bits(network)]
    return max(found, key=lambda way: (way.score, way.bits, way.sqnr))
