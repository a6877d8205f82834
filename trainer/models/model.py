"""`Model` and `Sequential`: networks that train, predict and save themselves, in Keras's words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..arrays import Array
from ..errors import ThumbnetError
from ..files.archive import Archive, read
from ..layers.layer import Layer
from ..layers.symbols import Symbol, checked_shape
from ..network.inputs import prepare_inputs
from ..network.topology import give_names, one_symbol, trace
from ..training.checkpoint import training_state
from ..training.compiled import CompiledNetwork
from ..training.evaluation import evaluate
from ..training.fit import fit
from ..training.saving import ModelClasses, restore, save_network
from ..training.step import gradients, train_on_batch


class Model(CompiledNetwork):
    """The layers that lead from `inputs`, an `Input(shape)`, to `outputs`, the output of a layer.

    The weights are made at once.

    Parameters
    ----------
    inputs : Symbol
        The model's input.
    outputs : Symbol
        The output of the last layer.
    name : str
        For reports.
    seed : int or None
        Of the model's random numbers (weights, shuffling, dropout); None draws fresh ones.
    dtype : dtype
        float32, or float64 for gradient checks.

    Attributes
    ----------
    layers : list of Layer
        In computing order.
    labels, input_spec, info, samples
        What is saved with the model: names of the classes, a description of the
        inputs, anything that JSON can hold, and named arrays, such as test data.
    quantized : str or None
        "int8" or "int4" after `fit(..., quantize=...)`.
    activation_ranges : dict of str to (float, float)
        What that training observed; see `fake_quantization`.

    Raises
    ------
    ThumbnetError
        If there is more than one input or output, a layer is used twice, or shapes do not fit.
    """

    def __init__(
        self,
        inputs: Symbol | Sequence[Symbol],
        outputs: Symbol | Sequence[Symbol],
        name: str = "model",
        seed: int | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(name, seed, dtype)
        source = one_symbol(inputs, "inputs")
        steps = trace(source, one_symbol(outputs, "outputs"))
        self.layers = [layer for layer, _ in steps]
        give_names(self.layers)
        names = {id(layer): layer.name for layer in self.layers}
        self._sources = {
            layer.name: tuple("" if s.layer is None else names[id(s.layer)] for s in reads)
            for layer, reads in steps
        }
        self.build(source.shape)

    fit = fit
    gradients = gradients
    train_on_batch = train_on_batch

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """Compute the mean loss and metrics.

        Parameters
        ----------
        x : array_like, shape (n, *input_shape)
            In raw units.
        y : array_like
            As for `fit`.

        Returns
        -------
        dict of str to float
            "loss" and every compiled metric.

        Raises
        ------
        ThumbnetError
            Before `compile`, or if x or y do not fit the model.
        """
        loss, _ = self.require_compiled()
        inputs = self.preprocess(prepare_inputs(x, self.require_built()))
        return evaluate(self, loss, inputs, self.prepare_y(y, len(inputs)))

    def predict_proba(self, x: ArrayLike) -> Array:
        """Compute the probability of each class.

        Parameters
        ----------
        x : array_like, shape (n, *input_shape)
            In raw units.

        Returns
        -------
        ndarray, shape (n, classes)
            One sigmoid unit gives (1 - p, p). Of several, each gives its own probability, and they
            need not sum to 1.

        Raises
        ------
        ThumbnetError
            If the outputs are not probabilities.
        """
        if self.output_activation not in ("softmax", "sigmoid"):
            raise ThumbnetError(
                f"predict_proba needs a softmax or sigmoid at the end, this model has "
                f"{self.output_activation}: use predict"
            )
        outputs = self.predict(x)
        if outputs.shape[-1] == 1:
            return np.concatenate([1 - outputs, outputs], axis=-1)
        return outputs

    def predict_classes(self, x: ArrayLike) -> Array:
        """Predict the class of each example.

        Parameters
        ----------
        x : array_like, shape (n, *input_shape)
            In raw units.

        Returns
        -------
        ndarray, shape (n,)
            int64: the index of the largest output, the first among equals. A single unit says 1
            from its threshold on.

        Raises
        ------
        ThumbnetError
            For a single unit without a threshold, which is regression.
        """
        if self.output_shape == (1,):
            if self.output_activation not in ("sigmoid", "step", "tanh", "sign"):
                raise ThumbnetError(
                    f"one {self.output_activation} output is a number, not a class: use predict"
                )
            return (self.predict(x)[:, 0] >= self.threshold).astype(np.int64)
        return np.asarray(self.predict(x).argmax(axis=-1))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one .npz file; see `saving.save_network`."""
        save_network(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read a model that `save` wrote; see `load_model`."""
        return load_model(path)


class Sequential(Model):
    """A `Model` whose layers follow one another.

    Parameters
    ----------
    layers : iterable of Layer
        In computing order; see `add`.
    name, seed, dtype
        As for `Model`.
    """

    is_sequential = True

    def __init__(
        self,
        layers: Iterable[Layer] = (),
        name: str = "model",
        seed: int | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        CompiledNetwork.__init__(self, name, seed, dtype)
        for layer in layers:
            self.add(layer)

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """What each layer reads: the one before it."""
        names = ["", *(layer.name for layer in self.layers)]
        return {name: (before,) for before, name in pairwise(names)}

    def add(self, layer: Layer) -> None:
        """Append a layer.

        Parameters
        ----------
        layer : Layer
            It is built at once if the model is.

        Raises
        ------
        ThumbnetError
            If it is not a layer, reads several layers, or has the name of another one.
        """
        if not isinstance(layer, Layer):
            raise ThumbnetError(f"{layer!r} is not a layer: add Dense(10), Flatten() ...")
        if layer.merges:
            raise ThumbnetError(
                f"{type(layer).__name__} reads several layers, in a Sequential each reads one: "
                "use Model(inputs, outputs)"
            )
        give_names([layer], [other.name for other in self.layers])
        if self.input_shape is not None:
            layer.build(self.output_shape, self.rng, self.dtype)
        self.layers.append(layer)

    def build(self, input_shape: int | Sequence[int]) -> None:
        """Make all weights.

        Parameters
        ----------
        input_shape : int or sequence of int
            Shape of one example, without the batch axis, such as (784,).

        Raises
        ------
        ThumbnetError
            If there are no layers, or one of them cannot take its inputs.
        """
        if not self.layers:
            raise ThumbnetError("the model has no layers: add(Dense(...)) at least one")
        self._build_layers(checked_shape(input_shape, "input_shape"))


_CLASSES = ModelClasses(sequential=Sequential, functional=Model)


def load_model(path: str | os.PathLike[str]) -> Model:
    """Read a model that `Model.save` or ModelCheckpoint wrote.

    Parameters
    ----------
    path : path
        The .npz file.

    Returns
    -------
    Model
        A `Sequential` if it was one; compiled if it was compiled.

    Raises
    ------
    ThumbnetError
        If the file is missing, truncated, edited, or not a thumbnet model.
    """
    return restore_model(path, read(path))


def restore_model(path: str | os.PathLike[str], archive: Archive) -> Model:
    """Restore a model from an archive that was read.

    Parameters
    ----------
    path : path
        For the error message.
    archive
        What `read_archive` returned.

    Returns
    -------
    Model
        As `load_model` returns it.

    Raises
    ------
    ThumbnetError
        If the archive has no thumbnet model.
    """
    return restore(path, *archive, _CLASSES)


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[Model, int]:
    """Read a model and the state of its training.

    Parameters
    ----------
    path : path
        A file that ModelCheckpoint wrote.

    Returns
    -------
    model : Model
        As the checkpoint holds it.
    epochs : int
        The number of epochs that it was trained for.

    Raises
    ------
    ThumbnetError
        If the file cannot be read, or is not a checkpoint.
    """
    description, arrays = read(path)
    training = training_state(path, description)
    return restore(path, description, arrays, _CLASSES), int(training["epochs"])
