"""Recurrent operations: a whole sequence forward, and its derivatives backwards through time.

Each layer makes one record on the tape. The product with the inputs is computed for all steps at
once; a step then costs one product with the state. The derivatives of all operands come from a
single walk back through the steps (Werbos 1990), whose result is kept while the tape asks for it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Array
from .activations import ActivationFunction
from .curves import logistic
from .tape import GradientTape, PullBack
from .tensor import Tensor, record


def simple_rnn(
    x: Tensor,
    kernel: Tensor,
    recurrent: Tensor,
    bias: Tensor | None,
    function: ActivationFunction,
    sequences: bool,
) -> Tensor:
    """Compute h = function(x @ kernel + h @ recurrent + bias) at every step (Elman 1990).

    Parameters
    ----------
    x : Tensor, shape (n, steps, c)
        Sequences.
    kernel : Tensor, shape (c, u)
        Weights of the inputs.
    recurrent : Tensor, shape (u, u)
        Weights of the state, which starts at 0.
    bias : Tensor, shape (u,), or None
        Added at every step.
    function : callable
        The activation.
    sequences : bool
        Whether to return all states instead of the last.

    Returns
    -------
    Tensor, shape (n, steps, u) or (n, u)
    """
    inputs = _by_time(x.data)
    products = inputs @ kernel.data
    if bias is not None:
        products += bias.data
    states = _states(products.shape, products.dtype)
    curves: list[PullBack] = []
    for t, product in enumerate(products):
        states[t + 1], curve = _curve(function, product + states[t] @ recurrent.data)
        curves.append(curve)

    def walk(dy: Array) -> tuple[Array, Array]:
        outer = _outer(dy, products.shape, sequences)
        back = np.empty_like(products)
        later = np.zeros_like(states[0])
        for t in reversed(range(len(products))):
            back[t] = curves[t](outer[t] + later)
            later = back[t] @ recurrent.data.T
        return back, back

    return _record(walk, states, sequences, inputs, x, kernel, recurrent, bias, bias_rows=None)


def gru(x: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor, sequences: bool) -> Tensor:
    """Compute gated recurrent units (Cho et al. 2014), with Keras's reset gate after the product.

    With a = x @ kernel + bias[0], b = h @ recurrent + bias[1], each of three parts z, r, c:
    z = sigmoid(a_z + b_z), r = sigmoid(a_r + b_r), c = tanh(a_c + r * b_c), and the new state is
    z * h + (1 - z) * c, from h = 0.

    Parameters
    ----------
    x : Tensor, shape (n, steps, inputs)
        Sequences.
    kernel : Tensor, shape (inputs, 3u)
        Weights of the inputs.
    recurrent : Tensor, shape (u, 3u)
        Weights of the state.
    bias : Tensor, shape (2, 3u)
        For the inputs and for the state.
    sequences : bool
        Whether to return all states instead of the last.

    Returns
    -------
    Tensor, shape (n, steps, u) or (n, u)
    """
    u = recurrent.shape[0]
    inputs = _by_time(x.data)
    products = inputs @ kernel.data
    products += bias.data[0]
    steps, n, _ = products.shape
    states = _states((steps, n, u), products.dtype)
    gates = np.empty_like(products[..., : 2 * u])  # z and r
    candidates, memories = np.empty_like(states[1:]), np.empty_like(states[1:])
    for t, a in enumerate(products):
        h = states[t]
        b = h @ recurrent.data + bias.data[1]
        gates[t] = logistic(a[:, : 2 * u] + b[:, : 2 * u])
        z, r = gates[t, :, :u], gates[t, :, u:]
        memories[t] = b[:, 2 * u :]
        c = candidates[t] = np.tanh(a[:, 2 * u :] + r * memories[t])
        states[t + 1] = c + z * (h - c)

    def walk(dy: Array) -> tuple[Array, Array]:
        outer = _outer(dy, (steps, n, u), sequences)
        z, r = gates[..., :u], gates[..., u:]
        slopes = gates * (1 - gates)
        slopes[..., :u] *= states[:-1] - candidates  # the new state by z's sum,
        slopes[..., u:] *= memories  # c's sum by r's sum,
        slope = (1 - z) * (1 - candidates * candidates)  # and the new state by c's sum
        by_input, by_state = np.empty_like(products), np.empty_like(products)
        later = np.zeros_like(states[0])
        for t in reversed(range(steps)):
            dh = outer[t] + later
            dc = dh * slope[t]
            by_state[t, :, :u] = dh * slopes[t, :, :u]
            by_state[t, :, u : 2 * u] = dc * slopes[t, :, u:]
            by_state[t, :, 2 * u :] = dc * r[t]
            by_input[t, :, 2 * u :] = dc
            later = dh * z[t] + by_state[t] @ recurrent.data.T
        by_input[..., : 2 * u] = by_state[..., : 2 * u]
        return by_input, by_state

    return _record(walk, states, sequences, inputs, x, kernel, recurrent, bias, bias_rows=2)


def lstm(x: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor, sequences: bool) -> Tensor:
    """Compute long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate.

    With a = x @ kernel + h @ recurrent + bias, of four parts i, f, g, o in Keras's order, the cell
    becomes sigmoid(a_f) * cell + sigmoid(a_i) * tanh(a_g), and the state
    h = sigmoid(a_o) * tanh(cell). Both start at 0.

    Parameters
    ----------
    x : Tensor, shape (n, steps, inputs)
        Sequences.
    kernel : Tensor, shape (inputs, 4u)
        Weights of the inputs.
    recurrent : Tensor, shape (u, 4u)
        Weights of the state.
    bias : Tensor, shape (4u,)
        Added at every step.
    sequences : bool
        Whether to return all states instead of the last.

    Returns
    -------
    Tensor, shape (n, steps, u) or (n, u)
    """
    u = recurrent.shape[0]
    inputs = _by_time(x.data)
    products = inputs @ kernel.data
    products += bias.data
    steps, n, _ = products.shape
    states, cells = (_states((steps, n, u), products.dtype) for _ in range(2))
    values = np.empty_like(products)  # of the gates i, f and o, and of g
    curves = np.empty_like(states[1:])
    for t, product in enumerate(products):
        total = product + states[t] @ recurrent.data
        values[t] = logistic(total)
        values[t, :, 2 * u : 3 * u] = np.tanh(total[:, 2 * u : 3 * u])
        i, f, g, o = np.split(values[t], 4, axis=1)
        cells[t + 1] = f * cells[t] + i * g
        curves[t] = np.tanh(cells[t + 1])
        states[t + 1] = o * curves[t]

    def walk(dy: Array) -> tuple[Array, Array]:
        outer = _outer(dy, (steps, n, u), sequences)
        i, f, g, o = np.split(values, 4, axis=2)
        slopes = values * (1 - values)
        slopes[..., 2 * u : 3 * u] = i * (1 - g * g)  # the cell by g's sum,
        slopes[..., :u] *= g  # by i's
        slopes[..., u : 2 * u] *= cells[:-1]  # and by f's,
        slopes[..., 3 * u :] *= curves  # the state by o's,
        slope = o * (1 - curves * curves)  # and the state by the cell
        back = np.empty_like(products)
        later, later_cell = np.zeros_like(states[0]), np.zeros_like(states[0])
        for t in reversed(range(steps)):
            dh = outer[t] + later
            dc = dh * slope[t] + later_cell
            back[t] = np.concatenate([dc, dc, dc, dh], axis=1) * slopes[t]
            later_cell = dc * f[t]
            later = back[t] @ recurrent.data.T
        return back, back

    return _record(walk, states, sequences, inputs, x, kernel, recurrent, bias, bias_rows=None)


def _record(
    walk: Callable[[Array], tuple[Array, Array]],
    states: Array,
    sequences: bool,
    inputs: Array,
    x: Tensor,
    kernel: Tensor,
    recurrent: Tensor,
    bias: Tensor | None,
    bias_rows: int | None,
) -> Tensor:
    """Record the operation; `walk` returns the derivatives by the products with input and state."""
    kept: list[tuple[Array, tuple[Array, Array]]] = []

    def parts(dy: Array) -> tuple[Array, Array]:
        if not kept or kept[0][0] is not dy:
            kept[:] = [(dy, walk(dy))]
        return kept[0][1]

    def through_bias(dy: Array) -> Array:
        sums = [part.sum(axis=(0, 1)) for part in parts(dy)]
        return sums[0] if bias_rows is None else np.stack(sums)

    operands: list[tuple[Tensor, PullBack]] = [
        (x, lambda dy: (parts(dy)[0] @ kernel.data.T).swapaxes(0, 1)),
        (kernel, lambda dy: _outer_product(inputs, parts(dy)[0])),
        (recurrent, lambda dy: _outer_product(states[:-1], parts(dy)[1])),
    ]
    if bias is not None:
        operands.append((bias, through_bias))
    result = states[1:].swapaxes(0, 1).copy() if sequences else states[-1]
    return record(result, *operands)


def _by_time(x: Array) -> Array:
    """(n, steps, c) -> (steps, n, c): the numbers of one step are adjacent."""
    return np.ascontiguousarray(x.swapaxes(0, 1))


def _states(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
    """Allocate the state before each step and after the last; the first is 0."""
    states = np.empty((shape[0] + 1, *shape[1:]), dtype)
    states[0] = 0
    return states


def _outer(dy: Array, shape: tuple[int, ...], sequences: bool) -> Array:
    """Return the derivative with respect to each step's state, as far as it is an output."""
    if sequences:
        return np.swapaxes(dy, 0, 1)
    outer = np.zeros(shape, dy.dtype)
    outer[-1] = dy
    return outer


def _outer_product(a: Array, b: Array) -> Array:
    """Sum of a^T b over steps and examples: (steps, n, c), (steps, n, u) -> (c, u)."""
    return np.asarray(a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1]))


def _curve(function: ActivationFunction, x: Array) -> tuple[Array, PullBack]:
    """Return a curve's values, and the function that pulls a derivative back through it."""
    v = Tensor(x)
    v.tracked = True
    with GradientTape() as tape:
        y = function(v)
    return y.data, lambda dy: tape.pull_back(y, dy, [v])[0]
