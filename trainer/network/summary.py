"""The table that `Model.summary` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from ..layers.layer import Layer


def summary_table(
    name: str, layers: Sequence[Layer], sources: Mapping[str, tuple[str, ...]], built: bool
) -> str:
    """Describe layers as a table.

    Parameters
    ----------
    name : str
        Of the model.
    layers : sequence of Layer
        In computing order.
    sources : mapping
        Names of the layers that each layer reads.
    built : bool
        Whether shapes and numbers of parameters are known.

    Returns
    -------
    str
        A row for each layer: name and type, output shape, number of parameters. If the layers do
        not simply follow one another, also the layers that each one reads.
    """
    rows = [["Layer (type)", "Output shape", "Param #"]]
    for layer in layers:
        shape = str((None, *layer.output_shape)) if built else "?"
        count = f"{layer.count_params():,}" if built else "?"
        rows.append([f"{layer.name} ({type(layer).__name__})", shape, count])
    if any(sources[after.name] != (before.name,) for before, after in pairwise(layers)):
        rows[0].append("Connected to")
        for row, layer in zip(rows[1:], layers, strict=True):
            row.append(", ".join(source or "(input)" for source in sources[layer.name]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            f"{cell:>{width}}" if i == 2 else f"{cell:<{width}}"
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    total = sum(layer.count_params() for layer in layers)
    trainable = sum(v.data.size for layer in layers for v in layer.trainable_variables)
    totals = [
        f"Total params: {total:,}",
        f"Trainable params: {trainable:,}",
        f"Non-trainable params: {total - trainable:,}",
    ]
    if not built:
        totals = ["Not built yet: call build((features,)) or fit to count the parameters"]
    return "\n".join([f"Model: {name}", rule, lines[0], rule, *lines[1:], rule, *totals])
