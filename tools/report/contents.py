"""What the page shows, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from thumbnet.export import BoardFit

from ..json_lines import JsonObject
from .analysis.error_analysis import Confusion
from .analysis.fitting_boards import fit_as_json
from .analysis.held_out import HeldOut, WholeTestSet
from .analysis.imported_layers import Imported
from .analysis.input_format import InputFormat
from .analysis.layer_table import LayerRow
from .analysis.training_history import Curve


@dataclass(frozen=True)
class Finding:
    """One sentence on what stands out, one on what to do; `good` if nothing needs to be done."""

    text: str
    advice: str = ""
    good: bool = False

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        return {"text": self.text, "mend": self.advice, "good": self.good}


@dataclass(frozen=True, eq=False)
class Report:
    """What is known about a network.

    Attributes
    ----------
    name
        The name of the model file, without its suffix.
    description
        The layers: `64 -> 32 relu -> 10 softmax`.
    macs
        Multiply-accumulates of one inference; None without an integer network.
    info
        `Model.info`.
    input_format
        What one example is; None if the model carries none.
    held_out
        The answers on held-out examples; None if there are none: then `no_held_out` says why.
    whole_test_set
        What training found on all held-out examples, if `held_out` are only some of them.
    score_4_bits
        Accuracy or R squared with weights of 4 bits, if the network otherwise has 8.
    worse_4_bits
        Whether these are worse on the same examples by more than chance.
    chosen
        The first of the requested boards that the network fits.
    no_integers
        Why there is no integer network; "" if there is one.
    worst
        Indices into `held_out`, the worst answers first.
    imported
        What is known of a network that was imported as integers; None for one that thumbnet
        quantized.
    chose_ranges
        Whether the examples also chose the ranges of the integers: then they are not held out.

    """

    name: str
    description: str
    parameters: int
    macs: int | None
    info: dict[str, Any]
    input_format: InputFormat | None
    curves: list[Curve]
    held_out: HeldOut | None
    whole_test_set: WholeTestSet | None
    score_4_bits: float | None
    worse_4_bits: bool
    no_held_out: str
    no_integers: str
    layers: list[LayerRow]
    fits: list[BoardFit]
    chosen: BoardFit | None
    worst: list[int]
    findings: list[Finding]
    imported: Imported | None = None
    chose_ranges: bool = False

    @property
    def example(self) -> str:
        """What one of `held_out` is, in words."""
        return "calibration example" if self.chose_ranges else "held-out example"

    @property
    def confusion(self) -> Confusion | None:
        """The confusion matrix, if there are held-out examples of classes."""
        return None if self.held_out is None else self.held_out.confusion

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        held, table, whole = self.held_out, self.confusion, self.whole_test_set
        scored = held is not None and held.integers is not None
        return {
            "name": self.name,
            "parameters": self.parameters,
            "macs": self.macs,
            "samples": 0 if held is None else len(held.x),
            "samples_of": None if whole is None else whole.rows,
            "refused": 0 if held is None else held.refused,
            "held_out": None if held is None else not self.chose_ranges,
            "score": None if held is None else "accuracy" if held.labels else "r_squared",
            "float": None if held is None else held.score(held.floats),
            "float_of_all": None if whole is None else whole.score,
            "integer": held.score(held.predicted) if held is not None and scored else None,
            "integer_4_bit": self.score_4_bits,
            "worse_4_bit": None if self.score_4_bits is None else self.worse_4_bits,
            "balanced_accuracy": None if table is None else table.balanced_accuracy,
            "mean_absolute_error": None if held is None else held.error(held.predicted),
            "missing": [text for text in (self.no_held_out, self.no_integers) if text],
            "layers": [vars(layer) for layer in self.layers]
            if self.imported is None
            else [vars(layer) for layer in self.imported.layers],
            "boards": [fit_as_json(fit) for fit in self.fits],
            "findings": [finding.as_json() for finding in self.findings],
        }
