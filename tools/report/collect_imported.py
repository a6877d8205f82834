"""Gather what the page shows of a network that was imported as integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from thumbnet.export import BoardProfile, Program, convert_graph, layer_costs, load_board
from thumbnet.importers import IntegerNetwork
from thumbnet.trainer import ThumbnetError

from .analysis.fitting_boards import fits
from .analysis.held_out import HeldOut, answers_in_integers
from .analysis.imported_layers import Imported, imported_layers
from .analysis.input_format import Array, InputFormat
from .collect import NO_LABELS, worst
from .contents import Report
from .findings import findings

ROWS = 50
"""Examples whose levels are looked at in every layer: bounds the memory."""

NO_EXAMPLES = (
    "A network from elsewhere carries no examples: `--data FILE` adds some, with their classes, in "
    "the units of its training."
)


def collect_imported(
    network: IntegerNetwork,
    name: str,
    boards: Sequence[BoardProfile],
    data: tuple[Array, Array | None] | None = None,
) -> Report:
    """Compute all that the page shows of a network without float weights.

    Parameters
    ----------
    network
        The network.
    name
        The name of its file, without the suffix.
    boards
        The profiles to try it on.
    data
        Examples as levels, and their targets.

    Raises
    ------
    ThumbnetError
        If the data do not fit the network.

    """
    graph, task = network.graph, network.task
    # The profile of a computer, which anything fits: the boards are tried one by one.
    program = convert_graph(graph, task, network.layers, board=load_board("unix"))
    found = fits(graph, boards)
    named = [board.name for board in boards]
    fitting = [fit for fit in found if fit.estimate is not None]
    chosen = min(fitting, key=lambda fit: named.index(fit.board.name), default=None)
    form = _input_format(network, None if data is None else data[0])
    held, no_held_out, values = None, NO_EXAMPLES, None
    if data is not None:
        x = data[0].reshape(-1, *form.shape)
        values = program.execute(x[:ROWS])
        held, no_held_out = None, NO_LABELS
        if data[1] is not None:
            held, no_held_out = _held_out(program, x, data[1])
    costs = layer_costs(graph).values()
    board = "" if chosen is None else chosen.board.title
    rows = 0 if data is None else min(ROWS, len(data[0]))
    report = Report(
        name=name,
        description=network.layers,
        parameters=sum(cost.parameters for cost in costs),
        macs=sum(cost.macs for cost in costs),
        info={},
        input_format=form,
        curves=[],
        held_out=held,
        whole_test_set=None,
        score_4_bits=None,
        worse_4_bits=False,
        no_held_out=no_held_out,
        no_integers="",
        layers=[],
        fits=found,
        chosen=chosen,
        worst=worst(held, form),
        findings=[],
        imported=Imported(network.source, board, rows, imported_layers(graph, chosen, values)),
    )
    return replace(report, findings=findings(report))


def _held_out(program: Program, x: Array, y: Array) -> tuple[HeldOut | None, str]:
    """Return the answers, or why there are none: examples without targets still have levels."""
    try:
        return answers_in_integers(program, x, y), ""
    except ThumbnetError as error:
        if program.task.has_classes:
            raise
        return None, f"These examples do not say what is right: {error}."


def _input_format(network: IntegerNetwork, levels: Array | None) -> InputFormat:
    """Return what an example is; it is drawn in levels."""
    shape = network.graph.tensors[network.graph.nodes[0].output].shape
    if len(shape) == 3 and shape[2] in (1, 3):
        return InputFormat("picture", shape, (), np.array([0.0]), np.array([255.0]))
    kind = "window" if len(shape) == 2 and shape[0] > 1 else "features"
    shape = shape if kind == "window" else (int(np.prod(shape)),)
    low, high = np.zeros(shape[-1]), np.full(shape[-1], 255.0)
    if levels is not None:
        rows = levels.reshape(-1, shape[-1])
        low, high = rows.min(axis=0), rows.max(axis=0)
    return InputFormat(kind, shape, (), low, high)
