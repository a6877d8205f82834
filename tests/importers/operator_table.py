"""The tables of docs/import.md: operation x format x tier, made from the registries.

Run as a script, it writes them: `PYTHONPATH=tests python tests/importers/operator_table.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from thumbnet.export.ops import OPERATIONS
from thumbnet.importers.float_networks import keras_layers, onnx_operations, tflite_operations
from thumbnet.importers.float_networks.keras_curves import CURVE_LAYERS
from thumbnet.importers.float_networks.tflite_constants import CONSTANTS
from thumbnet.importers.integer_networks import onnx_registry
from thumbnet.importers.integer_networks.registry import MADE, TRANSLATORS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "import.md"
BEGIN, END = (
    "<!-- operators: tests/importers/operator_table.py -->\n",
    "<!-- end of operators -->\n",
)

KERNELS = {op.name: [kernel.name for kernel in op.kernels] for op in OPERATIONS}


def tier(names: tuple[str, ...], first: str) -> str:
    """How all kernels of some operations run in a tier: the slowest of their ways."""
    ways = {"thumb": ("thumb", "viper", "plain"), "viper": ("viper", "plain"), "plain": ("plain",)}
    words = {"thumb": "assembly", "viper": "viper", "plain": "bytecode"}
    found = {
        next(way for way in ways[first] if (ROOT / "firmware" / way / f"{kernel}.py").is_file())
        for name in names
        for kernel in KERNELS[name][:1]
    }
    order = ("plain", "viper", "thumb")
    return words[min(found, key=order.index)] if found else "nothing to run"


def table() -> Iterator[str]:
    """The lines between both marks."""
    floats = {*tflite_operations.OPERATIONS, *CONSTANTS}
    yield "| `.tflite` operator | int8 | float | becomes (int8) | plain | viper | thumb |\n"
    yield "| --- | --- | --- | --- | --- | --- | --- |\n"
    for name in sorted({*TRANSLATORS, *floats}):
        made = MADE.get(name, ())
        tiers = [tier(made, each) for each in ("plain", "viper", "thumb")]
        cells = [name, *("yes" if name in known else "no" for known in (TRANSLATORS, floats))]
        cells += [", ".join(f"`{one}`" for one in made) or "a name only", *tiers]
        if name not in TRANSLATORS:
            cells[3:] = ["", "", "", ""]
        yield f"| {' | '.join(cells)} |\n"
    yield "\n"
    yield "| ONNX operation | 8 bits | float | becomes (8 bits) | plain | viper | thumb |\n"
    yield "| --- | --- | --- | --- | --- | --- | --- |\n"
    ends = {"QuantizeLinear", "DequantizeLinear"}
    for name in sorted({*onnx_registry.MADE, *onnx_operations.OPERATIONS} - ends):
        made = onnx_registry.MADE.get(name, ())
        known = name in onnx_registry.MADE
        tiers = [tier(made, each) for each in ("plain", "viper", "thumb")]
        cells = [name, "yes" if known else "no"]
        cells += ["yes" if name in onnx_operations.OPERATIONS else "no"]
        becomes = ", ".join(f"`{one}`" for one in made) or "a name only"
        cells += [becomes, *tiers] if known else ["", "", "", ""]
        yield f"| {' | '.join(cells)} |\n"
    yield "\n"
    keras = sorted({*keras_layers.LAYERS, *CURVE_LAYERS})
    yield f"Keras, float: {', '.join(keras)}.\n\n"
    yield "Float networks become layers of thumbnet, which all run in every tier; see\n"
    yield "[layers.md](layers.md).\n"


def written(page: str) -> str:
    """The page with the tables as they must be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "".join(table()) + END + after


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
