"""Shared by the examples: their result, and the proof on a board.

The examples are above all packages: only they may import the exporter and the tools from here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thumbnet.export import KernelMemory, Program, convert, kernel_memory
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import open_target
from thumbnet.trainer import Dataset, InputSpec, Model, ThumbnetError

Array = NDArray[Any]


@dataclass(frozen=True)
class TrainedExample:
    """A trained model, and the data to export and test it.

    Attributes
    ----------
    model : Model
        Trained.
    calibration : ndarray, shape (n, features)
        Typical inputs in raw units.
    test_x, test_y : ndarray
        Held-out examples; toy problems are tested on their training examples.
    facts : dict
        The results of the example.
    """

    model: Model
    calibration: Array
    test_x: Array
    test_y: Array
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """The result of running the exported module on MicroPython's Unix port.

    Attributes
    ----------
    inputs, equal : int
        Vectors that were run (test examples, then extreme inputs), and those for which every
        integer was the expected one.
    predictions : list of float, or list of list of int
        What the board predicted for each: a class index or a number, or the levels of an image;
        empty if it is several numbers in real units.
    kind : str
        "classifier", "regression" or "image".
    float_score, integer_score : float
        Of both models on all test examples: the accuracy or, for a regression, R squared.
    module_bytes : int
        Size of the module, and of the file next to it.
    program : Program
        The integer network on the PC.
    """

    inputs: int
    equal: int
    predictions: list[Any]
    kind: str
    float_score: float
    integer_score: float
    module_bytes: int
    program: Program


def accuracy(model: Model, x: ArrayLike, y: ArrayLike) -> float:
    """Return the share of examples whose class the model predicts."""
    return float(np.mean(model.predict_classes(x) == np.asarray(y)))


def pictures(data: Dataset) -> Dataset:
    """Return the same data set with its rows as images (n, h, w, 1), for convolutions."""
    assert data.image_shape is not None
    assert data.input_spec is not None
    shape = (*data.image_shape, 1)
    spec = data.input_spec
    spec = InputSpec(shape, None, spec.resolution, spec.minimum, spec.maximum)
    return replace(data, x=data.x.reshape(-1, *shape), input_spec=spec)


def size(program: Program) -> KernelMemory:
    """Return the memory of the network on any board with a Cortex-M."""
    return kernel_memory(program.graph)


def prove(
    example: TrainedExample,
    name: str,
    limit: int | None = None,
    board: str = "generic",
    weights: str | None = None,
    heap: str | None = None,
) -> Proof:
    """Export the model, run it on MicroPython's Unix port, and compare every integer.

    Parameters
    ----------
    example : TrainedExample
        What to export.
    name : str
        Of the module.
    limit : int, optional
        Run at most this many of the test examples there.
    board : str
        Profile to export for.
    weights : str, optional
        Where the weights are stored; see `convert`.
    heap : str, optional
        The interpreter's heap, such as "100k".

    Returns
    -------
    Proof

    Raises
    ------
    ThumbnetError
        If the model cannot be exported or no MicroPython is installed.
    """
    program = convert(example.model, example.calibration, name=name, board=board, weights=weights)
    with tempfile.TemporaryDirectory() as folder, open_target("unix", heap=heap) as target:
        artifact = program.write(folder, example.test_x, example.test_y, vectors=limit)
        verdict = finish(verify(target, artifact))
        return Proof(
            inputs=verdict.inputs,
            equal=verdict.equal,
            predictions=[a["predict"] for a in verdict.answers if "predict" in a],
            kind=artifact.kind,
            float_score=artifact.info["float"],
            integer_score=artifact.info["integer"],
            module_bytes=sum(map(len, artifact.files.values())),
            program=program,
        )


def report(proof: Proof) -> str:
    """Return the proof in two lines."""
    measure, form = ("accuracy", ".2%") if proof.kind == "classifier" else ("R squared", ".4f")
    return (
        f"\nOn MicroPython: {proof.equal} of {proof.inputs} answers equal, integer for integer;\n"
        f"{measure} {proof.integer_score:{form}} in integers and {proof.float_score:{form}} in "
        f"float; the module has {proof.module_bytes:,} bytes."
    )


def size_report(program: Program) -> str:
    """Return the size in one line."""
    taken = size(program)
    return (
        f"On a Cortex-M it takes {taken.weights:,} bytes of weights, {taken.words:,} of their "
        f"parameters, {taken.ram:,} of RAM."
    )


def run(main: Callable[[], None]) -> None:
    """Run an example; anything that is missing, such as its data, is reported in one line."""
    try:
        main()
    except ThumbnetError as error:
        raise SystemExit(str(error)) from None
