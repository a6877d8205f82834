"""`Sequential`: layers one after the other, in Keras's words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from . import losses, optimizers, training
from .data import InputSpec
from .errors import ThumbnetError
from .evaluation import evaluate, slices
from .inputs import prepare_inputs
from .layers import Flatten, Layer, Shape
from .losses import Loss
from .metrics import get as get_metric
from .optimizers import Optimizer
from .preprocessing import Rescaling
from .summary import summary_table
from .targets import prepare_targets
from .tensor import Array, Tensor, Variable


class Sequential:
    """A stack of layers that is trained as one.

    layers: see `add`. name: for reports. seed: of the model's random numbers (weights, shuffling,
    dropout); None draws fresh ones. dtype: float32, or float64 for gradient checks.

    What travels with the model when it is saved: `labels` (names of the classes), `input_spec`,
    `info` (anything that JSON can hold) and `samples` (named arrays, such as test data).
    """

    def __init__(
        self,
        layers: Iterable[Layer] = (),
        name: str = "model",
        seed: int | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.name = name
        self.seed = seed
        self.dtype = np.dtype(dtype)
        self.rng = np.random.default_rng(seed)
        self.layers: list[Layer] = []
        self.input_shape: Shape | None = None
        self.optimizer: Optimizer | None = None
        self.loss: Loss | None = None
        self.metrics: tuple[str, ...] = ()
        self.stop_training = False
        self.labels: tuple[str, ...] | None = None
        self.input_spec: InputSpec | None = None
        self.info: dict[str, Any] = {}
        self.samples: dict[str, Array] = {}
        for layer in layers:
            self.add(layer)

    def add(self, layer: Layer) -> None:
        """Put a layer on top; raises ThumbnetError for what is no layer, or a name used twice."""
        if not isinstance(layer, Layer):
            raise ThumbnetError(f"{layer!r} is not a layer: add Dense(10), Flatten() ...")
        names = {other.name for other in self.layers}
        if not layer.name:
            kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(layer).__name__).lower()
            numbered = (f"{kind}_{i}" for i in range(1, len(self.layers) + 1))
            layer.name = next(n for n in (kind, *numbered) if n not in names)
        elif layer.name in names:
            raise ThumbnetError(f"two layers are called {layer.name!r}: rename one of them")
        if self.input_shape is not None:
            layer.build(self.output_shape, self.rng, self.dtype)
        self.layers.append(layer)

    def build(self, input_shape: int | Sequence[int]) -> None:
        """Make all weights for examples of `input_shape` (without the batch), such as (784,).

        Raises ThumbnetError if there are no layers, or one of them cannot take its inputs.
        """
        shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
        if not self.layers:
            raise ThumbnetError("the model has no layers: add(Dense(...)) at least one")
        if not shape or min(shape) < 1:
            raise ThumbnetError(f"input_shape is {input_shape}: give positive sizes, like (784,)")
        outputs = shape
        for layer in self.layers:
            layer.build(outputs, self.rng, self.dtype)
            outputs = layer.output_shape
        self.input_shape = shape

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
        return summary_table(self.name, self.layers, self.built)

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
        for rows in slices(len(values)):
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
        from .saving import save_model  # saving is built on Sequential

        save_model(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Sequential:
        """Read a model that `save` wrote; see `saving.load_model`."""
        from .saving import load_model

        return load_model(path)

    # What training and evaluation are made of

    def preprocess(self, x: Array) -> Array:
        """Apply the leading layers that never change, and give the model's dtype.

        Training calls this once, not once an epoch. x: raw units, (n, *input_shape).
        """
        constant = self.layers[: self._constant_layers()]
        if not constant:
            return x.astype(self.dtype, copy=False)
        outputs = np.empty((len(x), *constant[-1].output_shape), dtype=self.dtype)
        for rows in slices(len(x)):
            tensor = Tensor(x[rows])
            for layer in constant:
                tensor = layer.call(tensor)
            outputs[rows] = tensor.data
        return outputs

    @property
    def learning_layers(self) -> list[Layer]:
        """The layers after those that `preprocess` applies."""
        return self.layers[self._constant_layers() :]

    def _constant_layers(self) -> int:
        """How many of the first layers never change."""
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, (Rescaling, Flatten)):
                return i
        return len(self.layers)

    def forward(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs of inputs that went through `preprocess`."""
        for layer in self.learning_layers:
            x = layer.call(x, training)
        return x

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
