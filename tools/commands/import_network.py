"""`thumbnet import`: a network that was trained elsewhere."""

from __future__ import annotations

import shlex
from math import prod
from pathlib import Path

import click

from thumbnet.export import convert_graph, load_board, module_name
from thumbnet.importers import FORMATS, IntegerNetwork, read, save_integer_network
from thumbnet.trainer import Model, ThumbnetError

from ..terminal.console import Console
from ..workflow.any_network import varied_levels
from ..workflow.class_names import classes_in_words, named_network
from ..workflow.evaluation_data import load_examples
from .class_options import class_options
from .export_report import report
from .options import FILE, verb

NO_FOLDERS = (*FORMATS, ".py", ".mpy", ".hex", ".bin", ".json", ".txt")
"""Suffixes of files: nobody who writes them means a folder."""

CALIBRATION_ROWS = 500
"""Rows of --data that a float network carries from then on."""


@verb("thumbnet import keywords.tflite -o keywords.npz")
@click.argument("model", type=FILE)
@click.option(
    "-o",
    "--output",
    type=FILE,
    help="FILE.npz for the other verbs, or a folder for a module; MODEL with .npz if not given.",
)
@click.option("--name", help="Name of the module; the file name of MODEL if not given.")
@click.option("--board", default="generic", help="Board of the module, if -o is a folder.")
@click.option(
    "--data",
    help="Rows like those of the training, to choose the ranges of a float network: a file or a "
    "data set. A network of 8-bit integers needs none.",
)
@click.option("--label", help="Label column of a CSV file.")
@class_options
def command(
    console: Console,
    model: Path,
    output: Path | None,
    name: str | None,
    board: str,
    data: str | None,
    label: str | None,
    names: str | None,
    task: str | None,
) -> None:
    """Read MODEL, a network that was trained elsewhere.

    An int8 .tflite keeps its integers: every output equals that of LiteRT. So does a quantized ONNX
    file, and equals onnxruntime. A float network becomes one of ours, which `thumbnet export`
    quantizes. `thumbnet export MODEL` does both at once.
    """
    network = named_network(read(model), model, names, task)
    output = output or model.with_suffix(".npz")
    if output.suffix.lower() in NO_FOLDERS and not output.is_dir():
        raise ThumbnetError(
            f"-o {output}: write a network to a FILE.npz, or a module into a folder: "
            f"{output.with_suffix('.npz')} or {output.parent / 'build'}"
        )
    profile = load_board(board)
    name = name or module_name(model.stem, profile.name)
    if isinstance(network, IntegerNetwork):
        network = network.named(name)
        _say_integers(console, network, model)
        if data is not None:
            raise ThumbnetError(
                f"--data has no meaning for {model}: it has its ranges: leave it out, or give it "
                "to `thumbnet export` to test with"
            )
        if output.suffix == ".npz":
            save_integer_network(network, output)
            _next(console, output, network.source)
            return
        program = convert_graph(network.graph, network.task, network.layers, board=profile)
        report(console, program.write(output, varied_levels(network)), program, {}, None)
        return
    _say_floats(console, network, model)
    if data is not None:
        rows = load_examples(network, model, data, label)
        network.samples["calibration"] = rows.x[:CALIBRATION_ROWS]
    if output.suffix != ".npz":
        command = ["export", str(model), "--data", data or "FILE", "-o", str(output)]
        raise ThumbnetError(
            f"-o {output}: a float network has to be quantized first, with rows like those of its "
            f"training: thumbnet {shlex.join(command)}"
        )
    network.save(output)
    _next(console, output, "float", "" if "calibration" in network.samples else " --data FILE")


def _say_integers(console: Console, network: IntegerNetwork, path: Path) -> None:
    (inputs,) = network.graph.tensors[network.graph.input].shape
    console.say(f"{path}: {network.source}, its integers as they are: {network.layers}")
    spec = network.graph.tensors[network.graph.nodes[0].output]
    level = f"round(reading / {spec.scale:.6g}) + {spec.zero_point}"
    if spec.scale == 1 and spec.zero_point == 0:
        level = "the reading, such as a byte of a picture"
    console.say(f"it takes {inputs:,} levels from 0 to 255: level = {level}")
    console.say(classes_in_words(network))


def _say_floats(console: Console, network: Model, path: Path) -> None:
    console.say(
        f"{path}: float weights, {network.count_params():,} parameters, "
        f"{prod(network.require_built()):,} inputs: export quantizes them"
    )
    console.say(classes_in_words(network))


def _next(console: Console, output: Path, source: str, more: str = "") -> None:
    console.say(f"{output}  {output.stat().st_size:,} bytes")
    console.say(f"next: thumbnet export {shlex.quote(str(output))}{more}")
    console.result({"network": str(output), "source": source})
