"""`Network`: connected layers, their weights and the forward pass, without training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..arrays import Array
from ..autograd.tensor import Tensor, Variable
from ..datasets.input_spec import InputSpec
from ..errors import ThumbnetError
from ..layers.layer import Layer, Shape
from ..layers.merging import Merge
from ..layers.symbols import checked_shape
from .batches import rows_at_once, slices
from .forward import Quantizer, count_preprocessing, run_layers
from .inputs import prepare_inputs
from .summary import summary_table


class Network:
    """Layers, the sources of each, and the data that are saved with the network.

    Parameters
    ----------
    name : str
        For reports.
    seed : int or None
        Of the network's random numbers (weights, shuffling, dropout); None draws fresh ones.
    dtype : dtype
        float32, or float64 for gradient checks.

    Attributes
    ----------
    layers : list of Layer
        In computing order.
    labels : tuple of str or None
        Names of the classes.
    input_spec : InputSpec or None
        What one input is, in raw units.
    info : dict
        Anything that JSON can hold.
    samples : dict of str to ndarray
        Named arrays, such as test data.
    quantized : str or None
        "int8" or "int4" after `fit(..., quantize=...)`.
    activation_ranges : dict of str to (float, float)
        What quantization-aware training observed, by layer; "" is the preprocessed input.
    quantizer : Quantizer or None
        Rounds weights and activations while `fit(quantize=...)` runs.
    """

    is_sequential: ClassVar[bool] = False
    """Whether every layer reads the one before it, so that a file need not say so."""

    def __init__(self, name: str, seed: int | None, dtype: DTypeLike) -> None:
        self.name = name
        self.seed = seed
        self.dtype = np.dtype(dtype)
        self.rng = np.random.default_rng(seed)
        self.layers: list[Layer] = []
        self._sources: dict[str, tuple[str, ...]] = {}
        self.input_shape: Shape | None = None
        self.labels: tuple[str, ...] | None = None
        self.input_spec: InputSpec | None = None
        self.info: dict[str, Any] = {}
        self.samples: dict[str, Array] = {}
        self.quantized: str | None = None
        self.activation_ranges: dict[str, tuple[float, float]] = {}
        self.quantizer: Quantizer | None = None

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Names of the layers that each layer reads; "" stands for the model's input."""
        return self._sources

    def build(self, input_shape: int | Sequence[int]) -> None:
        """Make the weights that do not exist yet.

        Parameters
        ----------
        input_shape : int or sequence of int
            Shape of one example, without the batch axis, such as (784,).

        Raises
        ------
        ThumbnetError
            If there are no layers, or a layer cannot take its inputs or has weights for others.
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

    def require_built(self) -> Shape:
        """Return the input shape; raises ThumbnetError if the network has no weights yet."""
        if self.input_shape is None:
            raise ThumbnetError("the model has no weights: call build((features,)) or fit first")
        return self.input_shape

    @property
    def output_shape(self) -> Shape:
        """Shape of one example's outputs; raises ThumbnetError before `build`."""
        self.require_built()
        return self.layers[-1].output_shape

    @property
    def output_activation(self) -> str:
        """Name of the last activation."""
        return self.layers[-1].activation

    @property
    def threshold(self) -> float:
        """The output from which a single unit says class 1: 0 for tanh and sign, else 0.5."""
        return 0.0 if self.output_activation in ("tanh", "sign") else 0.5

    @property
    def variables(self) -> list[Variable]:
        """All weights, layer by layer."""
        return [variable for layer in self.layers for variable in layer.variables]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training changes, layer by layer."""
        return [variable for variable in self.variables if variable.trainable]

    def get_weights(self) -> list[Array]:
        """Return copies of all weights."""
        return [variable.data.copy() for variable in self.variables]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Overwrite all weights.

        Parameters
        ----------
        weights : sequence of array_like
            In the order of `variables` and in their shapes.

        Raises
        ------
        ThumbnetError
            If their number or a shape differs.
        """
        self.require_built()
        variables = self.variables
        if len(weights) != len(variables):
            raise ThumbnetError(f"the model has {len(variables)} weights, not {len(weights)}")
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """Return the number of weights; raises ThumbnetError before `build`."""
        self.require_built()
        return sum(layer.count_params() for layer in self.layers)

    def summary(self) -> str:
        """Return a table of the layers, their output shapes and their parameters, as text."""
        return summary_table(self.name, self.layers, self.sources, self.built)

    def rows_at_once(self) -> int:
        """Return how many examples to compute at a time, so that memory stays bounded."""
        shapes = [self.require_built(), *(layer.output_shape for layer in self.layers)]
        return rows_at_once([*shapes, *((layer.inner_numbers,) for layer in self.layers)])

    @property
    def preprocessing_layers(self) -> list[Layer]:
        """The leading layers that never change: `preprocess` applies them."""
        return self.layers[: count_preprocessing(self.layers, self.sources)]

    @property
    def learning_layers(self) -> list[Layer]:
        """The layers after those that `preprocess` applies."""
        return self.layers[count_preprocessing(self.layers, self.sources) :]

    def preprocess(self, x: Array) -> Array:
        """Apply the leading layers that never change.

        Training calls this once, not in every epoch.

        Parameters
        ----------
        x : ndarray, shape (n, *input_shape)
            In raw units.

        Returns
        -------
        ndarray
            In the network's dtype.
        """
        constant = self.preprocessing_layers
        if not constant:
            return x.astype(self.dtype, copy=False)
        outputs = np.empty((len(x), *constant[-1].output_shape), dtype=self.dtype)
        for rows in slices(len(x), self.rows_at_once()):
            tensor = Tensor(x[rows])
            for layer in constant:
                tensor = layer.call(tensor)
            outputs[rows] = tensor.data
        return outputs

    def forward(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs of preprocessed inputs."""
        return self._run(self.learning_layers, x, training)

    def logits(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs of preprocessed inputs as they are before the last activation."""
        *hidden, last = self.learning_layers
        x = self._run(hidden, x, training)
        if self.quantizer is not None:
            return self.quantizer.pre_activation(last, x, training)
        return last.pre_activation(x)

    def _run(self, layers: Sequence[Layer], x: Tensor, training: bool) -> Tensor:
        constant = self.preprocessing_layers
        first = constant[-1].name if constant else ""
        return run_layers(layers, self.sources, x, first, training, self.quantizer)

    def predict(self, x: ArrayLike) -> Array:
        """Compute the outputs of examples.

        Parameters
        ----------
        x : array_like, shape (n, *input_shape)
            In raw units.

        Returns
        -------
        ndarray, shape (n, *output_shape)
            float32, or the network's own dtype.

        Raises
        ------
        ThumbnetError
            If x does not fit the network, the network is not built, or numbers in it become too
            large for floats.
        """
        values = prepare_inputs(x, self.require_built())
        outputs = np.empty((len(values), *self.output_shape), dtype=self.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            for rows in slices(len(values), self.rows_at_once()):
                outputs[rows] = self.forward(Tensor(self.preprocess(values[rows]))).data
        if not np.isfinite(outputs).all():
            raise ThumbnetError(
                "the outputs are not finite for some rows, since numbers in the network become too "
                "large: train again with a lower learning rate, or scale the inputs"
            )
        return outputs
