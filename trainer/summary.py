"""The table that `Sequential.summary` gives."""

from __future__ import annotations

from collections.abc import Sequence

from .layers import Layer


def summary_table(name: str, layers: Sequence[Layer], built: bool) -> str:
    """Give a table with a row for each layer: name and type, output shape, number of parameters."""
    rows = [("Layer (type)", "Output shape", "Param #")]
    for layer in layers:
        shape = str((None, *layer.output_shape)) if built else "?"
        count = f"{layer.count_params():,}" if built else "?"
        rows.append((f"{layer.name} ({type(layer).__name__})", shape, count))
    first, second, third = (max(len(row[i]) for row in rows) for i in range(3))
    lines = [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in rows]
    rule = "-" * len(lines[0])
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
