"""Convolutional layers: Conv1D, Conv2D, DepthwiseConv1D and DepthwiseConv2D."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..autograd import functional
from ..autograd.convolution import convolve, convolve_depthwise
from ..autograd.tensor import Tensor
from ..errors import ThumbnetError
from .core import Weighted
from .layer import Shape
from .regularizers import L2
from .windowed import Windowed


class _Kernel(Weighted, Windowed):
    """Base of all convolutions: a window, a kernel, a bias and an activation."""

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str | Sequence[Sequence[int]] = "valid",
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        kernel_regularizer: L2 | float | str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(kernel_size, strides, padding, name)
        self._configure(
            activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer
        )

    def _outputs(self, channels: int) -> Shape:
        """Return the kernel's axes after the window; the last is the number of outputs."""
        raise NotImplementedError

    def _create(self, input_shape: Shape, rng: np.random.Generator, dtype: DTypeLike) -> Shape:
        places = self._lay(input_shape)
        shape = (*self.window[2 - self.rank :], *self._outputs(input_shape[-1]))
        self._make(shape, rng, dtype)
        return (*places, shape[-1])

    def _image_kernel(self) -> Tensor:
        """Return the kernel in the form for images."""
        return functional.reshape(self.kernel, (*self.window, *self.kernel.shape[self.rank :]))

    def pre_activation(self, x: Tensor) -> Tensor:
        """Compute the convolution and add the bias."""
        return self._slide(x)

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {**super().get_config(), **self._settings()}


class _Convolution(_Kernel):
    """Every filter looks at all channels."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str | Sequence[Sequence[int]] = "valid",
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        kernel_regularizer: L2 | float | str | None = None,
        name: str | None = None,
    ) -> None:
        if not isinstance(filters, (int, np.integer)) or filters < 1:
            raise ThumbnetError(
                f"{type(self).__name__}: filters is {filters!r}, it must be a positive whole number"
            )
        self.filters = int(filters)
        super().__init__(
            kernel_size,
            strides,
            padding,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            name,
        )

    def _outputs(self, channels: int) -> Shape:
        return channels, self.filters

    def _operate(self, images: Tensor) -> Tensor:
        return convolve(images, self._image_kernel(), self.bias, self.grid)

    def get_config(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"filters": self.filters, **super().get_config()}


class Conv2D(_Convolution):
    """activation(convolution of images (h, w, c) with `filters` windows over all channels + bias).

    Parameters
    ----------
    filters : int
        Number of output channels.
    kernel_size, strides : int or tuple of int
        Size and step of the window: one number, or (vertical, horizontal).
    padding : str or sequence of sequence of int
        "valid" keeps the window on the image; "same" adds zeros around it (see `sliding_window`);
        ((top, bottom), (left, right)) adds as many.
    activation : str, optional
        Name of an activation; linear by default.
    use_bias : bool
        Whether to add a bias.
    kernel_initializer, bias_initializer : str
        Names of initializers.
    kernel_regularizer : L2, float, "l2" or None
        Penalty on the kernel, such as `l2(0.01)`.
    name : str, optional
        Unique in its model.

    Attributes
    ----------
    kernel : Variable, shape (k_h, k_w, c, filters)
    bias : Variable, shape (filters,), or None

    Raises
    ------
    ThumbnetError
        If a name is unknown, a size is not a positive whole number, the inputs are not images, or
        the window is larger than the image.

    Notes
    -----
    Outputs have shape (h', w', filters).
    """


class Conv1D(_Convolution):
    """`Conv2D` for sequences (t, c): the window moves along the steps.

    Parameters
    ----------
    filters : int
        Number of output channels.
    kernel_size, strides : int
        Numbers of steps.
    padding, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, name
        As in `Conv2D`.

    Attributes
    ----------
    kernel : Variable, shape (k, c, filters)
    bias : Variable, shape (filters,), or None

    Notes
    -----
    Outputs have shape (t', filters).
    """

    rank = 1


class _Depthwise(_Kernel):
    """Every channel has its own window, and the channels never mix."""

    always_int8 = True

    def _outputs(self, channels: int) -> Shape:
        return (channels,)

    def _initial(self, shape: Shape, rng: np.random.Generator) -> Any:
        # Keras's kernel has one more axis, for the outputs of each channel; its limits follow it.
        return self._new_kernel((*shape, 1), rng).reshape(shape)

    def _operate(self, images: Tensor) -> Tensor:
        return convolve_depthwise(images, self._image_kernel(), self.bias, self.grid)


class DepthwiseConv2D(_Depthwise):
    """activation(convolution of each channel of images (h, w, c) with its own window + bias).

    The same as Keras's layer with a depth multiplier of 1. Followed by a Conv2D with kernel_size 1,
    which mixes the channels, it does much of what one Conv2D does with a fraction of the weights
    and products.

    Parameters
    ----------
    kernel_size, strides : int or tuple of int
        Size and step of the window: one number, or (vertical, horizontal).
    padding, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, name
        As in `Conv2D`.

    Attributes
    ----------
    kernel : Variable, shape (k_h, k_w, c)
    bias : Variable, shape (c,), or None

    Raises
    ------
    ThumbnetError
        As `Conv2D` does.

    Notes
    -----
    Outputs have shape (h', w', c).
    """


class DepthwiseConv1D(_Depthwise):
    """`DepthwiseConv2D` for sequences (t, c): the window moves along the steps.

    Parameters
    ----------
    kernel_size, strides : int
        Numbers of steps.
    padding, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, name
        As in `Conv2D`.

    Attributes
    ----------
    kernel : Variable, shape (k, c)
    bias : Variable, shape (c,), or None

    Notes
    -----
    Outputs have shape (t', c).
    """

    rank = 1
