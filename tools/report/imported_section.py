"""The layers of an imported network in words and charts, for the template."""

from __future__ import annotations

from typing import Any

from .analysis.imported_layers import Imported, ImportedLayer, Spread
from .charts import spreads
from .text_format import duration, number, shape, whole_percent


def imported_values(imported: Imported | None) -> dict[str, Any]:
    """Return what the template shows of an imported network; nothing for one of our own."""
    if imported is None:
        return {"imported_layers": [], "imported_charts": []}
    layers = imported.layers
    total = sum(layer.seconds or 0 for layer in layers)
    charts = [
        spreads.memory([(one.name, one.memory) for one in layers if one.memory is not None]),
        spreads.spreads(
            "weights", [(one.name, one.weights) for one in layers if one.weights], (-130, 130)
        ),
        spreads.spreads(
            "levels", [(one.name, one.levels) for one in layers if one.levels], (-4, 260)
        ),
    ]
    return {
        "imported_layers": [_layer(layer, total) for layer in layers],
        "imported_charts": [chart for chart in charts if chart is not None],
    }


def _layer(layer: ImportedLayer, total: float) -> dict[str, Any]:
    share = "" if not layer.seconds else whole_percent(layer.seconds / total)
    return {
        "name": layer.name,
        "what": layer.what + (f" of {', '.join(layer.reads)}" if layer.reads else ""),
        "shape": shape(layer.shape) or "1",
        "step": "" if layer.step is None else number(layer.step),
        "parameters": f"{layer.parameters:,}" if layer.parameters else "",
        "macs": f"{layer.macs:,}" if layer.macs else "",
        "time": "" if layer.seconds is None else duration(layer.seconds),
        "share": share,
        "memory": "" if layer.memory is None else f"{layer.memory:,}",
        "weights": _range(layer.weights),
        "levels": _range(layer.levels),
        "used": "" if layer.used is None else f"{layer.used} of 256",
        "at_ends": "" if layer.at_ends is None else whole_percent(layer.at_ends),
    }


def _range(spread: Spread | None) -> str:
    return "" if spread is None else f"{spread.least} to {spread.most}".replace("-", "\u2212")
