"""`thumbnet compare`: a network quantized in every way, side by side."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path

import click

from thumbnet.export.compare import Quantized, compare, float_accuracy
from thumbnet.export.observers import OBSERVERS
from thumbnet.export.pipeline import Options
from thumbnet.trainer import ThumbnetError, load_model

from ..console import Console
from ..modules import name_for
from ..recipe import check_finished
from ..rows import calibration_and_test
from .options import MODULE, data_options, verb

WIDTHS = (8, 4)


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
    in_float = float_accuracy(network, *held_out)
    found: list[Quantized] = []
    with console.progress("way", len(OBSERVERS) * len(WIDTHS)) as update:
        for way in compare(network, *held_out):
            found.append(way)
            update(len(found))
    regression = found[0].agreement is None
    console.table(
        [
            "--calibration",
            "--bits",
            "R squared" if regression else "accuracy",
            "SQNR dB",
            "worst layer dB",
            "bytes of weights",
        ],
        [
            [
                way.calibration,
                str(way.bits),
                f"{way.accuracy:.4f}" if regression else f"{way.accuracy:.2%}",
                f"{way.sqnr:.1f}",
                f"{way.worst:.1f}",
                f"{way.weight_bytes:,}",
            ]
            for way in found
        ],
    )
    shown = f"{in_float:.4f}" if regression else f"{in_float:.2%}"
    console.say(f"in float: {shown}")
    if network.quantized:
        console.say(f"trained for {network.quantized}: its ranges are those of training")
    best = max(found, key=lambda way: (way.accuracy, way.bits, way.sqnr))
    console.say(
        f"next: thumbnet export {shlex.quote(str(model))} --calibration {best.calibration} "
        f"--bits {best.bits}"
    )
    console.result({"float": in_float, "ways": [asdict(way) for way in found]})
