"""`Model`: a network of layers that is trained as one, in Keras's words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from . import losses, optimizers, training
from .data import InputSpec
from .errors import ThumbnetError
from .evaluation import evaluate, rows_at_once, slices
from .flow import constant_layers, flow, preprocess
from .inputs import prepare_inputs
from .layers import Layer, Shape
from .losses import Loss
from .merge import Merge
from .metrics import get as get_metric
from .optimizers import Optimizer
from .summary import summary_table
from .targets import prepare_targets
from .tensor import Array, Tensor, Variable
from .wiring import Symbol, checked_shape, give_names, one_symbol, trace

if TYPE_CHECKING:
    from .fake_quantize import FakeQuantization


class Model:
    """The layers that lead from `inputs`, an `Input(shape)`, to `outputs`, what a layer gave.

    name: for reports. seed: of the model's random numbers (weights, shuffling, dropout); None
    draws fresh ones. dtype: float32, or float64 for gradient checks. The weights are made at once.
    Raises ThumbnetError for more than one input or output, a layer that is used twice, or shapes
    that do not fit.

    layers: in the order in which they are computed. What travels with the model when it is
    saved: `labels` (names of the classes), `input_spec`, `info` (anything that JSON can hold),
    `samples` (named arrays, such as test data), and after `fit(..., quantize=...)` `quantized`
    ("int8" or "int4", else None) and `activation_ranges` (see `fake_quantize`).
    """

    layers: list[Layer]
    _sources: dict[str, tuple[str, ...]]

    def __init__(
        self,
        inputs: Symbol | Sequence[Symbol],
        outputs: Symbol | Sequence[Symbol],
        name: str = "model",
        seed: int | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self._begin(name, seed, dtype)
        source = one_symbol(inputs, "inputs")
        symbols = trace(source, one_symbol(outputs, "outputs"))
        self.layers = [symbol.layer for symbol in symbols if symbol.layer is not None]
        give_names(self.layers)
        self._sources = {
            layer.name: tuple("" if s.layer is None else s.layer.name for s in symbol.reads)
            for layer, symbol in zip(self.layers, symbols, strict=True)
        }
        self.build(source.shape)

    def _begin(self, name: str, seed: int | None, dtype: DTypeLike) -> None:
        self.name = name
        self.seed = seed
        self.dtype = np.dtype(dtype)
        self.rng = np.random.default_rng(seed)
        self.layers = []
        self._sources = {}
        self.input_shape: Shape | None = None
        self.optimizer: Optimizer | None = None
        self.loss: Loss | None = None
        self.metrics: tuple[str, ...] = ()
        self.stop_training = False
        self.labels: tuple[str, ...] | None = None
        self.input_spec: InputSpec | None = None
        self.info: dict[str, Any] = {}
        self.samples: dict[str, Array] = {}
        self.quantized: str | None = None
        self.activation_ranges: dict[str, tuple[float, float]] = {}
        self.quantizer: FakeQuantization | None = None  # while `fit(quantize=...)` runs

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Names of the layers that each layer reads; "" stands for the model's input."""
        return self._sources

    def build(self, input_shape: int | Sequence[int]) -> None:
        """Make the weights that are not there yet, for examples of `input_shape`.

        Raises ThumbnetError if a layer cannot take its inputs, or has weights for others.
        """
        if not self.layers:
            raise ThumbnetError("the model has no layers: call a layer with the input")
        self._build_layers(checked_shape(input_shape, "input_shape"))

    def _build_layers(self, input_shape: Shape) -> None:
        shapes, sources = {"": input_shape}, self.sources
        for layer in self.layers:
            inputs = [shapes[name] for name in sources[layer.name]]
            if isinstance(layer, Merge):
                layer.build_for(inputs, self.rng, self.dtype)
            else:
                layer.build(inputs[0], self.rng, self.dtype)
            shapes[layer.name] = layer.output_shape
        self.input_shape = input_shape

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        return self.input_shape is not None

    @property
    def output_shape(self) -> Shape:
        """Shape of one example's outputs; raises ThumbnetError before `build`."""
        self.require_built()
        return self.layers[-1].output_shape

    @property
    def output_activation(self) -> str:
        """Name of the activation at the model's end."""
        return self.layers[-1].activation

    @property
    def variables(self) -> list[Variable]:
        """All weights, layer by layer."""
        return [variable for layer in self.layers for variable in layer.variables]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training changes, layer by layer."""
        return [variable for variable in self.variables if variable.trainable]

    def get_weights(self) -> list[Array]:
        """Give copies of all weights."""
        return [variable.data.copy() for variable in self.variables]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Overwrite all weights; raises ThumbnetError if number or shapes differ."""
        self.require_built()
        variables = self.variables
        if len(weights) != len(variables):
            raise ThumbnetError(f"the model has {len(variables)} weights, not {len(weights)}")
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """Give the number of weights; raises ThumbnetError before `build`."""
        self.require_built()
        return sum(layer.count_params() for layer in self.layers)

    def summary(self) -> str:
        """Give a table of the layers, their output shapes and their parameters, as text."""
        return summary_table(self.name, self.layers, self.sources, self.built)

    def compile(
        self,
        optimizer: str | Optimizer = "rmsprop",
        loss: str | Loss = "mse",
        metrics: Sequence[str] = (),
    ) -> None:
        """Choose how to train: raises ThumbnetError for an unknown name."""
        self.loss = losses.get(loss)
        self.optimizer = optimizers.get(optimizer)
        self.metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
        for name in self.metrics:
            get_metric(name)

    fit = training.fit

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """Give the mean loss and metrics on x (n, *input_shape) in raw units and y.

        Raises ThumbnetError before `compile`, or if x or y do not fit the model.
        """
        loss, _ = self.require_compiled()
        inputs = self.preprocess(prepare_inputs(x, self.require_built()))
        return evaluate(self, loss, inputs, self.prepare_y(y, len(inputs)))

    def predict(self, x: ArrayLike) -> Array:
        """Give the outputs, (n, *output_shape) float32, of x (n, *input_shape) in raw units.

        Raises ThumbnetError if x does not fit the model, or the model is not built.
        """
        values = prepare_inputs(x, self.require_built())
        outputs = np.empty((len(values), *self.output_shape), dtype=self.dtype)
        for rows in slices(len(values), rows_at_once(self)):
            outputs[rows] = self.forward(Tensor(self.preprocess(values[rows]))).data
        return outputs

    def predict_proba(self, x: ArrayLike) -> Array:
        """Give the probability of each class, (n, classes).

        One sigmoid unit gives (1 - p, p); of several, each gives its own, and they need not sum
        to 1. Raises ThumbnetError if the outputs are no probabilities.
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
        """Give the class index of each example, (n,) int64.

        The largest output, the first of equals; for one unit, 1 from its threshold on. Raises
        ThumbnetError for one unit without a threshold, which is regression.
        """
        if self.output_shape == (1,):
            if self.output_activation not in ("sigmoid", "step", "tanh", "sign"):
                raise ThumbnetError(
                    f"one {self.output_activation} output is a number, not a class: use predict"
                )
            return (self.predict(x)[:, 0] >= self.threshold).astype(np.int64)
        return np.asarray(self.predict(x).argmax(axis=-1))

    @property
    def threshold(self) -> float:
        """The output from which on a single unit says class 1: 0 for tanh and sign, else 0.5."""
        return 0.0 if self.output_activation in ("tanh", "sign") else 0.5

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one .npz file; see `saving.save_model`."""
        from .saving import save_model  # saving is built on models

        save_model(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read a model that `save` wrote; see `saving.load_model`."""
        from .saving import load_model

        return load_model(path)

    # What training and evaluation are made of

    def preprocess(self, x: Array) -> Array:
        """Apply the leading layers that never change, and give the model's dtype.

        Training calls this once, not once an epoch. x: raw units, (n, *input_shape).
        """
        return preprocess(self, x)

    @property
    def learning_layers(self) -> list[Layer]:
        """The layers after those that `preprocess` applies."""
        return self.layers[constant_layers(self) :]

    def forward(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs of inputs that went through `preprocess`."""
        return flow(self, self.learning_layers, x, training)

    def logits(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs as they are before the last layer's activation."""
        *hidden, last = self.learning_layers
        x = flow(self, hidden, x, training)
        if self.quantizer is not None:
            return self.quantizer.pre_activation(last, x, training)
        return last.pre_activation(x)

    def prepare_y(self, y: ArrayLike, examples: int) -> Array:
        """Give y as the compiled loss takes it; see `targets.prepare_targets`."""
        loss, _ = self.require_compiled()
        return prepare_targets(y, loss, self.output_shape, examples, self.labels, self.dtype)

    def require_built(self) -> Shape:
        """Give the input shape; raises ThumbnetError if the model is not built."""
        if self.input_shape is None:
            raise ThumbnetError("the model has no weights: call build((features,)) or fit first")
        return self.input_shape

    def require_compiled(self) -> tuple[Loss, Optimizer]:
        """Give loss and optimizer; raises ThumbnetError before `compile`."""
        if self.loss is None or self.optimizer is None:
            raise ThumbnetError(
                "the model is not compiled: call compile(optimizer, loss) before fit or evaluate"
            )
        return self.loss, self.optimizer
