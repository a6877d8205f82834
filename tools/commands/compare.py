"""`thumbnet compare`: the ways to quantize a network, side by side."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from thumbnet.export import (
    Options,
    QuantizationResult,
    beyond_chance,
    compare_quantizations,
    float_accuracy,
    module_name,
    quantization_choices,
    trained_bits,
)
from thumbnet.importers import IntegerNetwork
from thumbnet.trainer import Model, ThumbnetError

from ..terminal.console import Console
from ..workflow.any_network import load_network
from ..workflow.evaluation_data import evaluation_data
from .compare_imported import compare_imported
from .options import FILE, TEST_DATA, data_options, verb


@verb("thumbnet compare gestures.npz")
@click.argument("model", type=FILE)
@click.argument("other", type=FILE, required=False)
@click.option(
    "--board",
    "boards",
    multiple=True,
    help="For a network of 8-bit integers: a board to export it for in every way. Repeat it for "
    "several boards.",
)
@data_options(TEST_DATA)
def command(
    console: Console,
    model: Path,
    other: Path | None,
    boards: tuple[str, ...],
    data: str | None,
    label: str | None,
) -> None:
    """Compare ways to quantize MODEL (.npz): calibration methods, weights of 8 and of 4 bits.

    Every way is tested on the held-out rows. Pass the one you choose to `thumbnet export`.

    A network of 8-bit integers keeps them: tiers, places of the weights and boards are compared.
    OTHER is a network of the same task, such as its float file: how often do both agree?
    """
    network = load_network(model)
    second = None if other is None else load_network(other)
    if other is not None and isinstance(network, Model) and isinstance(second, IntegerNetwork):
        network, second, model, other = second, network, other, model
    if isinstance(network, IntegerNetwork):
        beside = None if second is None or other is None else (second, other)
        compare_imported(console, (network, model), beside, boards, data, label)
        return
    if other is not None or boards:
        what = f"--board {boards[0]}" if other is None else str(other)
        raise ThumbnetError(
            f"{what}: {model} has float weights, and is compared with its own integers: leave it "
            "out, or name a network of 8-bit integers"
        )
    rows = evaluation_data(network, model, data, label)
    if rows.test_x is None or rows.test_y is None:
        raise ThumbnetError(
            f"{model} carries no held-out rows to compare with: add --data FILE"
            if data is None
            else rows.note
            or f"{data} has no labels, so it does not say which way is right: add them"
        )
    options = Options(module_name(model.stem))
    held_out = (rows.calibration, rows.test_x, rows.test_y, options)
    in_float, balanced_float = float_accuracy(network, *held_out)
    choices = quantization_choices(network, rows.calibration, options)
    found: list[QuantizationResult] = []
    with console.progress("way", len(choices)) as update:
        for result in compare_quantizations(network, *held_out, choices):
            found.append(result)
            update(len(found))
    regression = found[0].agreement is None
    uneven = balanced_float is not None
    columns = ["--calibration", "--bits", "R squared" if regression else "accuracy"]
    columns += ["balanced"] * uneven + ["SQNR dB", "worst layer", "bytes"]
    console.table(columns, [_cells(result) for result in found])
    digits = ".4f" if regression else ".2%"
    more = "" if balanced_float is None else f", balanced {balanced_float:.2%}"
    console.say(f"in float: {in_float:{digits}}{more}")
    console.say(_of_rows(len(found[0].losses), len(rows.test_x), rows.chose_ranges))
    if uneven:
        console.say(
            "balanced: the mean over the classes, because some have many more rows than others"
        )
    if network.quantized:
        but = "" if found[0].calibration is None else ", except for some that it left open"
        console.say(f"trained for {network.quantized}: the ranges are from training{but}")
    best = recommended(found, network)
    usual = _usual(found, network)[0]
    if best is usual:
        console.say(
            "no way is better than the usual one by more than chance on these rows (paired test)"
        )
    option = "" if best.calibration is None else f" --calibration {best.calibration}"
    console.say(f"next: thumbnet export {shlex.quote(str(model))}{option} --bits {best.bits}")
    console.result(
        {
            "float": in_float,
            "balanced_float": balanced_float,
            "rows": len(usual.losses),
            "refused": len(rows.test_x) - len(usual.losses),
            "held_out": not rows.chose_ranges,
            "recommended": {"calibration": best.calibration, "bits": best.bits},
            "ways": [_as_json(result) for result in found],
        }
    )


def _of_rows(taken: int, every: int, chose_ranges: bool) -> str:
    """Say which rows all figures are of."""
    rows = "rows, which also chose the ranges" if chose_ranges else "held-out rows"
    text = f"all of them on the same {taken:,} {rows}"
    if taken < every:
        text += f"; the board refuses {every - taken:,} more, outside the accepted range"
    return text


def _cells(result: QuantizationResult) -> list[str]:
    """Return a line of the table."""
    regression = result.agreement is None
    return [
        result.calibration or "trained",
        str(result.bits),
        f"{result.accuracy:.4f}" if regression else f"{result.accuracy:.2%}",
        *([] if result.balanced is None else [f"{result.balanced:.2%}"]),
        f"{result.sqnr:.1f}",
        f"{result.worst:.1f}",
        f"{result.weight_bytes:,}",
    ]


def _as_json(result: QuantizationResult) -> dict[str, Any]:
    return {name: value for name, value in asdict(result).items() if name != "losses"}


def _usual(found: list[QuantizationResult], network: Model) -> list[QuantizationResult]:
    """Return the ways that may be recommended, the one that export takes by default first."""
    if network.quantized:
        return [result for result in found if result.bits == trained_bits(network)]
    return sorted(found, key=lambda result: (-result.bits, result.calibration != "min_max"))


def recommended(found: list[QuantizationResult], network: Model) -> QuantizationResult:
    """Return the usual way, unless another one is better on the same rows by more than chance.

    Parameters
    ----------
    found
        All ways.
    network
        The model; one that was trained for a width of weights keeps it.

    Returns
    -------
    QuantizationResult

    """
    usual, *others = _usual(found, network)
    better = [
        other
        for other in others
        if other.score > usual.score and beyond_chance(usual.losses, other.losses, len(others))
    ]
    return max([usual, *better], key=lambda result: result.score)
