"""`Layer`, the base of all layers, and the role of each in the exported integer network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..arrays import Array
from ..autograd.tensor import Tensor, Variable
from ..errors import ThumbnetError
from .symbols import Symbol, connect

Shape = tuple[int, ...]


class IntegerRole(Enum):
    """The role of a layer in the exported integer network.

    Quantization-aware training rounds activations where that network has uint8 tensors, so the
    trainer and the exporter have to agree on this.
    """

    NONE = "none"
    """No operation: it does nothing in prediction, or changes nothing in memory."""

    PASSES = "passes"
    """An operation that passes integers through; scale and zero point unchanged."""

    SCALES = "scales"
    """y = x * scale + offset for every feature: folded into the weights before or after it."""

    WEIGHTED = "weighted"
    """Products with weights; a scaling and a relu after it are fused into it."""

    CLAMPS = "clamps"
    """Sums or means without weights; a relu after it becomes its clamp."""

    CURVE = "curve"
    """An activation function as a separate layer: a clamp, or a table."""

    COMPUTES = "computes"
    """A separate result; nothing is fused into it."""


class Layer:
    """Base of the layers. A layer is made with its settings, and gets its weights in `build`.

    Parameters
    ----------
    name : str, optional
        Unique in its model; the model names layers that have no name.

    Attributes
    ----------
    input_shape, output_shape : tuple of int
        Shapes of one example, without the batch axis; `()` before `build`.
    activation : str
        Name of the activation after the layer; "linear" for none.
    given : mapping of str to ndarray, or None
        The weights of a file, by name: `build` takes them instead of drawing new ones.
    merges : bool
        Whether the layer reads several others; see `Merge`.
    preprocesses : bool
        Whether training does not change it. The model applies the first layers of this kind once,
        before the first epoch.
    integer_role : IntegerRole
        Its role in the exported integer network.
    fixed_range : tuple of float or None
        The range of its outputs if the exported network fixes it, whatever the data.
    always_int8 : bool
        Whether its weights keep 8 bits when those of other layers have 4.
    output_axes : mapping of str to int
        Of a kernel whose outputs are numbered by several last axes, how many, by attribute.
    inner_numbers : int
        How many numbers of one example it holds at most while it computes, if that may be more than
        its inputs and outputs; 0 if not.
    input_levels : int
        The layer takes only whole numbers as its input, so many from 0 on; 0 if any numbers.
    """

    activation = "linear"
    given: Mapping[str, Array] | None = None
    merges: ClassVar[bool] = False
    preprocesses: ClassVar[bool] = False
    integer_role: ClassVar[IntegerRole] = IntegerRole.COMPUTES
    fixed_range: ClassVar[tuple[float, float] | None] = None
    always_int8: ClassVar[bool] = False
    output_axes: ClassVar[Mapping[str, int]] = {}
    inner_numbers: int = 0
    input_levels: int = 0

    def __init__(self, name: str | None = None) -> None:
        self.name = name or ""
        self.built = False
        self.input_shape: Shape = ()
        self.output_shape: Shape = ()

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> None:
        """Make the weights; a layer that has weights keeps them.

        Parameters
        ----------
        input_shape : tuple of int
            Shape of one example, without the batch axis.
        rng : numpy.random.Generator
            Draws the initial weights.
        dtype : dtype
            Type of the weights.

        Raises
        ------
        ThumbnetError
            If the layer was built for another shape, or cannot take this one.
        """
        if self.built:
            if input_shape != self.input_shape:
                raise ThumbnetError(
                    f"layer {self.name!r} was built for inputs of shape {self.input_shape}, "
                    f"not {input_shape}: make a new layer"
                )
            return
        self.output_shape = self._create(input_shape, rng, dtype)
        self.input_shape = input_shape
        self.built = True

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        """Make the weights and return the output shape."""
        return input_shape

    def _variable(
        self,
        name: str,
        shape: Shape,
        initial: Callable[[], Array],
        dtype: DTypeLike,
        trainable: bool = True,
    ) -> Variable:
        """Make a weight: the one of a file, if weights are given, else with initial values."""
        name = f"{self.name}/{name}"
        if self.given is None:
            return Variable(initial(), name, trainable, dtype)
        value, kind = self.given.get(name), np.dtype(dtype)
        if value is None or value.shape != shape or value.dtype != kind:
            found = "no such" if value is None else f"{value.dtype} of shape {value.shape} as"
            raise ThumbnetError(
                f"the file has {found} weights {name!r}, the layer needs {kind} of shape {shape}: "
                "train again"
            )
        if not np.isfinite(value).all():
            raise ThumbnetError(
                f"the weights {name!r} hold NaN or infinity: train again with a lower learning rate"
            )
        return Variable(value, name, trainable, dtype)

    def __call__(self, inputs: Symbol | Sequence[Symbol]) -> Symbol:
        """Connect the layer to the outputs of others, for a functional `Model`.

        Parameters
        ----------
        inputs : Symbol or sequence of Symbol
            From `Input` or from calling other layers; a sequence for layers that merge.

        Returns
        -------
        Symbol
            The layer's output, for the next layer.

        Raises
        ------
        ThumbnetError
            If `inputs` are not symbols, or not as many as the layer takes.
        """
        return connect(self, inputs)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute the outputs.

        Parameters
        ----------
        x : Tensor, shape (n, *input_shape)
            A batch of inputs.
        training : bool
            Whether the call is part of a training step.

        Returns
        -------
        Tensor, shape (n, *output_shape)
        """
        return x

    def pre_activation(self, x: Tensor) -> Tensor:
        """Compute the outputs before the layer's activation (the logits).

        Takes and returns what `call` does.

        Raises
        ------
        NotImplementedError
            If the layer has no activation.
        """
        raise NotImplementedError

    def penalties(self) -> list[Tensor]:
        """Return what the regularizers add to the loss, as scalars."""
        return []

    @property
    def variables(self) -> list[Variable]:
        """All weights, in the order in which they were made."""
        return [value for value in vars(self).values() if isinstance(value, Variable)]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training changes."""
        return [variable for variable in self.variables if variable.trainable]

    def count_params(self) -> int:
        """Return the number of weights."""
        return sum(variable.data.size for variable in self.variables)

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
        variables = self.variables
        if len(weights) != len(variables):
            raise ThumbnetError(
                f"layer {self.name!r} has {len(variables)} weight arrays, not {len(weights)}"
            )
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types: `type(layer)(**config)` makes an equal layer."""
        return {"name": self.name}

    def __repr__(self) -> str:
        settings = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({settings})"
