"""Gather everything that the page shows, from a model, held-out data and board profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thumbnet.export import (
    BoardProfile,
    Program,
    beyond_chance,
    convert,
    describe_layers,
    float_task,
    layer_costs,
    module_name,
)
from thumbnet.trainer import Dataset, Model, ThumbnetError, Windows

from .analysis.fitting_boards import fits
from .analysis.held_out import HeldOut, answers, answers_of_program, whole_test_set
from .analysis.input_format import Array, InputFormat, input_format
from .analysis.layer_table import float_layers, integer_layers
from .analysis.training_history import curves
from .contents import Report
from .findings import findings
from .text_format import shape

NO_LABELS = "The examples of `--data` have no labels, so nothing says which answers are right."

WORST = {"picture": 12, "features": 9, "window": 6}
"""How many mistakes are drawn, by the kind of an example."""


def collect(
    model: Model, name: str, boards: Sequence[BoardProfile], data: Dataset | None = None
) -> Report:
    """Compute all that the page shows.

    Parameters
    ----------
    model
        A built model that takes raw units.
    name
        The name of the model file, without its suffix.
    boards
        The profiles to try the network on.
    data
        Held-out examples; by default those that the model carries.

    Raises
    ------
    ThumbnetError
        If the data do not fit the network.

    """
    model.require_built()
    x, y = _held_out(model, data)
    rows = model.samples.get("calibration", x)
    program, no_integers = _program(model, name, rows, 4 if model.quantized == "int4" else 8)
    task = float_task(model) if program is None else program.task
    held, no_held_out = None, ""
    if data is not None and y is None:
        no_held_out = NO_LABELS
    elif x is None or y is None or not len(x):
        no_held_out = (
            "The model carries no held-out examples: `thumbnet train` keeps some in it, and "
            "`--data FILE` adds others."
        )
    else:
        recordings = model.samples.get("test_recording") if data is None else _recordings(data)
        held = answers(model, program, task, x, y, recordings)
        if held is None:
            no_held_out = "Every held-out example is outside the range that the board accepts."
    graph = None if program is None else program.graph
    costs = None if graph is None else layer_costs(graph).values()
    found = [] if graph is None else fits(graph, boards)
    named = [board.name for board in boards]
    fitting = [fit for fit in found if fit.estimate is not None]
    score_4_bits, worse_4_bits = _with_4_bits(model, name, rows, held)
    form = None if rows is None else input_format(model, np.asarray(rows))
    report = Report(
        name=name,
        description=_description(model, program),
        parameters=model.count_params() if costs is None else sum(c.parameters for c in costs),
        macs=None if costs is None else sum(cost.macs for cost in costs),
        info=model.info,
        input_format=form,
        curves=curves(model.info),
        held_out=held,
        whole_test_set=None
        if data is not None or held is None
        else whole_test_set(model.info, held),
        score_4_bits=score_4_bits,
        worse_4_bits=worse_4_bits,
        no_held_out=no_held_out,
        no_integers=no_integers,
        layers=float_layers(model)
        if program is None or rows is None
        else integer_layers(program, rows),
        fits=found,
        chosen=min(fitting, key=lambda fit: named.index(fit.board.name), default=None),
        worst=worst(held, form),
        findings=[],
        chose_ranges=held is not None and "calibration" not in model.samples,
    )
    return replace(report, findings=findings(report))


def worst(held: HeldOut | None, form: InputFormat | None) -> list[int]:
    """Return the wrong answers, the worst first; if none is wrong, the least certain ones."""
    if held is None or form is None:
        return []
    order = np.argsort(-held.margins, kind="stable")[: WORST[form.kind]]
    return [k for k in order.tolist() if not held.wrong or held.predicted[k] != held.truth[k]]


def _held_out(model: Model, data: Dataset | None) -> tuple[Array | None, Array | None]:
    if data is None:
        return model.samples.get("test_x"), model.samples.get("test_y")
    if not data.answered:
        return data.x, None
    # By name: another file may number its classes in another order.
    return data.x, data.y if data.labels is None else np.array(data.labels)[data.y]


def _recordings(data: Dataset) -> Array | None:
    return np.array(data.names)[data.recording] if isinstance(data, Windows) else None


def _with_4_bits(
    model: Model, name: str, rows: npt.ArrayLike | None, held: HeldOut | None
) -> tuple[float | None, bool]:
    """Return the score with weights of 4 bits, and whether it is worse by more than chance."""
    if held is None or held.integers is None or model.quantized == "int4":
        return None, False
    program, _ = _program(model, name, rows, bits=4)
    if program is None:
        return None, False
    found = answers_of_program(program, held)
    score, usual = held.score(found), held.score(held.integers)
    lower = score is not None and usual is not None and score < usual
    return score, lower and beyond_chance(held.losses(held.integers), held.losses(found))


def _program(
    model: Model, name: str, rows: npt.ArrayLike | None, bits: int
) -> tuple[Program | None, str]:
    """Return the integer network, or why there is none."""
    if rows is None:
        return None, (
            "The model carries no examples to calibrate with: `thumbnet train` keeps some in it, "
            "and `--data FILE` adds others."
        )
    try:
        # The profile of a computer, which anything fits: the boards are tried one by one.
        return convert(model, rows, name=module_name(name), board="unix", bits=bits), ""
    except ThumbnetError as error:
        return None, f"This network cannot be converted to integers: {error}."


def _description(model: Model, program: Program | None) -> str:
    if program is not None:
        return describe_layers(program.graph, model)
    words = [shape(model.require_built())]
    for layer in model.layers:
        if layer.variables:
            curve = "" if layer.activation == "linear" else f" {layer.activation}"
            words.append(shape(layer.output_shape) + curve)
    return " -> ".join(words)
