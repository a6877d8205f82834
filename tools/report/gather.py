"""Everything that the page shows, as numbers: from a model, held-out data and board profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import BoardProfile, Program, convert
from thumbnet.export.emit.header import layers_in_words
from thumbnet.export.cost.network_size import macs, parameters
from thumbnet.trainer import Dataset, Model, ThumbnetError, Windows

from ..modules import name_for
from ..targets import JsonObject
from .findings import Finding, findings
from .forms import Form, form_of
from .heldout import HeldOut, Rest, answers, head_of, narrow_score, rest_of
from .history import Curve, curves
from .layers import Layer, float_layers, integer_layers
from .on_boards import Fit, fits
from .scores import Confusion
from .words import shape

Array = npt.NDArray[Any]

WORST = {"picture": 12, "features": 9, "window": 6}
"""Mistakes that are drawn, by what an example is."""


@dataclass(frozen=True, eq=False)
class Report:
    """What is known of a network.

    Attributes:
        words: its layers: `64 -> 32 relu -> 10 softmax`.
        macs: multiply-accumulates of one inference; None without an integer network.
        form: what one example is; None where the model carries none.
        held_out: None where there are none, and then `no_held_out` says why.
        rest: of how many held-out examples these are some, and what training found on all.
        narrow: accuracy or R squared with weights of 4 bits, where the others have 8.
        chosen: the first of the boards asked for that it fits.
        no_integers: why there is no integer network, "" if there is one.
        worst: indices into `held_out`, the worst answers first.
    """

    name: str
    words: str
    parameters: int
    macs: int | None
    info: dict[str, Any]
    form: Form | None
    curves: list[Curve]
    held_out: HeldOut | None
    rest: Rest | None
    narrow: float | None
    no_held_out: str
    no_integers: str
    layers: list[Layer]
    fits: list[Fit]
    chosen: Fit | None
    worst: list[int]
    findings: list[Finding]

    @property
    def confusion(self) -> Confusion | None:
        """The confusions of classes, if there are held-out examples of classes."""
        return None if self.held_out is None else self.held_out.confusion

    def as_json(self) -> JsonObject:
        """What `--json` prints."""
        held, table = self.held_out, self.confusion
        scored = held is not None and held.integers is not None
        return {
            "name": self.name,
            "parameters": self.parameters,
            "macs": self.macs,
            "samples": 0 if held is None else len(held.x),
            "samples_of": None if self.rest is None else self.rest.rows,
            "refused": 0 if held is None else held.refused,
            "score": None if held is None else "accuracy" if held.labels else "r_squared",
            "float": None if held is None else held.score(held.floats),
            "float_of_all": None if self.rest is None else self.rest.score,
            "integer": held.score(held.said) if held is not None and scored else None,
            "integer_4_bit": self.narrow,
            "balanced_accuracy": None if table is None else table.balanced_accuracy,
            "mean_absolute_error": None if held is None else held.error(held.said),
            "missing": [text for text in (self.no_held_out, self.no_integers) if text],
            "layers": [vars(layer) for layer in self.layers],
            "boards": [fit.as_json() for fit in self.fits],
            "findings": [vars(finding) for finding in self.findings],
        }


def gather(
    model: Model, name: str, boards: Sequence[BoardProfile], data: Dataset | None = None
) -> Report:
    """Find out all that the page shows.

    Args:
        model: built; takes raw units.
        name: the model file's, without its ending.
        boards: the profiles to try it on.
        data: held-out examples; those that the model carries if there is none.

    Raises:
        ThumbnetError: the data do not fit the network.
    """
    model.require_built()
    x, y = _held_out(model, data)
    rows = model.samples.get("calibration", x)
    program, no_integers = _program(model, name, rows, 4 if model.quantized == "int4" else 8)
    head = head_of(model) if program is None else program.head
    held, no_held_out = None, ""
    if x is None or y is None or not len(x):
        no_held_out = (
            "The model carries no held-out examples: `thumbnet train` keeps some in it, and "
            "`--data FILE` brings others."
        )
    else:
        recordings = model.samples.get("test_recording") if data is None else _recordings(data)
        held = answers(model, program, head, x, y, recordings)
        if held is None:
            no_held_out = "Every held-out example is out of the range that the board accepts."
    graph = None if program is None else program.graph
    found = [] if graph is None else fits(graph, boards)
    named = [board.name for board in boards]
    fitting = [fit for fit in found if fit.need is not None]
    form = None if rows is None else form_of(model, np.asarray(rows))
    report = Report(
        name=name,
        words=_words(model, program),
        parameters=model.count_params() if graph is None else parameters(graph),
        macs=None if graph is None else macs(graph),
        info=model.info,
        form=form,
        curves=curves(model.info),
        held_out=held,
        rest=None if data is not None or held is None else rest_of(model.info, held),
        narrow=None if held is None else _narrow(model, name, rows, held),
        no_held_out=no_held_out,
        no_integers=no_integers,
        layers=float_layers(model)
        if program is None or rows is None
        else integer_layers(program, rows),
        fits=found,
        chosen=min(fitting, key=lambda fit: named.index(fit.board.name), default=None),
        worst=_worst(held, form),
        findings=[],
    )
    return replace(report, findings=findings(report))


def _worst(held: HeldOut | None, form: Form | None) -> list[int]:
    """The wrong answers; where none is wrong, or none quite right, the worst of all."""
    if held is None or form is None:
        return []
    order = np.argsort(-held.margins, kind="stable")[: WORST[form.kind]]
    return [k for k in order.tolist() if not held.wrong or held.said[k] != held.truth[k]]


def _held_out(model: Model, data: Dataset | None) -> tuple[Array | None, Array | None]:
    if data is None:
        return model.samples.get("test_x"), model.samples.get("test_y")
    # By name: another file may number its classes in another order.
    return data.x, data.y if data.labels is None else np.array(data.labels)[data.y]


def _recordings(data: Dataset) -> Array | None:
    return np.array(data.names)[data.recording] if isinstance(data, Windows) else None


def _narrow(model: Model, name: str, rows: npt.ArrayLike | None, held: HeldOut) -> float | None:
    """How good the network would be with weights of 4 bits; None where it cannot be told."""
    if held.integers is None or model.quantized == "int4":
        return None
    program, _ = _program(model, name, rows, bits=4)
    return None if program is None else narrow_score(program, held)


def _program(
    model: Model, name: str, rows: npt.ArrayLike | None, bits: int
) -> tuple[Program | None, str]:
    """The network in integers, or why there is none."""
    if rows is None:
        return None, (
            "The model carries no examples to choose the integers by: `thumbnet train` keeps some "
            "in it, and `--data FILE` brings others."
        )
    try:
        # A computer's profile, which anything fits: the boards are tried one by one.
        return convert(model, rows, name=name_for(name), board="unix", bits=bits), ""
    except ThumbnetError as error:
        return None, f"This network has no form in integers: {error}."


def _words(model: Model, program: Program | None) -> str:
    if program is not None:
        return layers_in_words(program.graph, model)
    words = [shape(model.require_built())]
    for layer in model.layers:
        if layer.variables:
            curve = "" if layer.activation == "linear" else f" {layer.activation}"
            words.append(shape(layer.output_shape) + curve)
    return " -> ".join(words)
