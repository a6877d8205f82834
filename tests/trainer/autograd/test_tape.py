"""The tape and every operation on it."""

import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import GradientTape, Tensor, ThumbnetError, Variable, l2
from thumbnet.trainer.autograd import functional as ops

RNG = np.random.default_rng(0)
POSITIVE = Variable(RNG.uniform(0.5, 2.0, (3, 4)), dtype=np.float64)
A = variable(RNG, 3, 4)
B = variable(RNG, 3, 4)
ROW = variable(RNG, 4)
COLUMN = variable(RNG, 3, 1)
SCALAR = variable(RNG)
W = variable(RNG, 4, 2)
BIAS = variable(RNG, 2)
STACK = variable(RNG, 2, 3, 4)
FACTORS = RNG.standard_normal((3, 4))  # so that the derivative by the result is not all ones

OPERATIONS = {
    "add": (lambda: A + B, (A, B)),
    "add a row": (lambda: A + ROW, (A, ROW)),
    "add a column": (lambda: COLUMN + A, (A, COLUMN)),
    "row + column": (lambda: ROW + COLUMN, (ROW, COLUMN)),
    "add a scalar variable": (lambda: A + SCALAR, (A, SCALAR)),
    "subtract": (lambda: A - ROW, (A, ROW)),
    "number - tensor": (lambda: 2.0 - A, (A,)),
    "number + tensor": (lambda: 2.0 + A, (A,)),
    "multiply": (lambda: A * B, (A, B)),
    "multiply by a column": (lambda: COLUMN * A, (A, COLUMN)),
    "array * tensor": (lambda: FACTORS * A, (A,)),
    "square by reuse": (lambda: A * A, (A,)),
    "divide": (lambda: A / POSITIVE, (A, POSITIVE)),
    "number / tensor": (lambda: 3.0 / POSITIVE, (POSITIVE,)),
    "negative": (lambda: -A, (A,)),
    "power": (lambda: POSITIVE**2.5, (POSITIVE,)),
    "square": (lambda: ops.square(A), (A,)),
    "absolute": (lambda: ops.absolute(A), (A,)),
    "exp": (lambda: ops.exp(A), (A,)),
    "log": (lambda: ops.log(POSITIVE), (POSITIVE,)),
    "clip": (lambda: ops.clip(A, -0.5, 0.5), (A,)),
    "matmul": (lambda: A @ W, (A, W)),
    "matmul of a stack": (lambda: STACK @ ops.swap_axes(STACK, 1, 2), (STACK,)),
    "matmul of a stack and one matrix": (lambda: STACK @ W, (STACK, W)),
    "array @ tensor": (lambda: FACTORS @ W, (W,)),
    "dense": (lambda: ops.dense(A, W, BIAS), (A, W, BIAS)),
    "dense without bias": (lambda: ops.dense(A, W), (A, W)),
    "transpose": (lambda: ops.transpose(A), (A,)),
    "swap_axes": (lambda: ops.swap_axes(STACK, 0, 2), (STACK,)),
    "reshape": (lambda: ops.reshape(A, (2, -1)), (A,)),
    "sum": (lambda: ops.sum(A), (A,)),
    "sum of rows": (lambda: ops.sum(A, axis=1), (A,)),
    "sum of columns, kept": (lambda: ops.sum(A, axis=0, keepdims=True), (A,)),
    "mean": (lambda: ops.mean(A), (A,)),
    "mean of rows": (lambda: ops.mean(A, axis=-1), (A,)),
    "l2": (lambda: l2(0.3)(A), (A,)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_gradient_of_operation(name: str) -> None:
    function, variables = OPERATIONS[name]
    weights = np.random.default_rng(1).standard_normal(function().shape)
    assert_gradients(lambda: ops.sum(function() * weights), variables)


def test_every_operation_is_tested() -> None:
    tested = " ".join(OPERATIONS)
    public = [n for n, f in vars(ops).items() if getattr(f, "__module__", "") == ops.__name__]
    missing = [n for n in public if n[0] != "_" and n != "as_tensor" and n not in tested]
    assert missing == []


def test_a_longer_expression() -> None:
    """micrograd's example in spirit: the same values used again and again."""

    def loss() -> Tensor:
        c = A + B
        d = A * B + B**3
        c = c + c + 1.0
        c = c + 1.0 + c + (-A)
        d = d + d * 2.0 + ops.exp(ops.clip(B + A, -3.0, 3.0))
        e = c - d
        return ops.sum(e * e / 2.0 + 10.0 / (ops.square(e) + 1.0))

    assert_gradients(loss, (A, B))


def test_worked_example() -> None:
    w = Variable([2.0, 3.0])
    with GradientTape() as tape:
        loss = ops.sum(w * w)
    (gradient,) = tape.gradient(loss, [w])
    assert_array_equal(gradient, np.array([4.0, 6.0], dtype=np.float32))
    assert gradient.dtype == np.float32


def test_gradient_by_an_intermediate_result() -> None:
    w = Variable([2.0, 3.0])
    with GradientTape() as tape:
        squares = w * w
        loss = ops.sum(squares * squares)
    by_squares, by_w = tape.gradient(loss, [squares, w])
    assert_array_equal(by_squares, [8.0, 18.0])
    assert_array_equal(by_w, [32.0, 108.0])


def test_a_variable_that_the_loss_does_not_depend_on_gets_zeros() -> None:
    used, unused = Variable([1.0]), Variable([[1.0, 2.0]])
    with GradientTape() as tape:
        unused * 2.0
        loss = ops.sum(used * 3.0)
    assert_array_equal(tape.gradient(loss, [used, unused])[1], np.zeros((1, 2)))


def test_nothing_is_recorded_for_constants_or_outside_a_tape() -> None:
    w = Variable([1.0])
    assert not (w * 2.0).tracked
    with GradientTape() as tape:
        Tensor(np.ones(3)) * 2.0
        Variable([1.0], trainable=False) + 1.0
    assert tape._records == []


def test_tapes_nest_and_threads_have_their_own() -> None:
    w = Variable([3.0])
    seen: list[bool] = []
    with GradientTape() as outer:
        with GradientTape() as inner:
            product = w * w
        thread = threading.Thread(target=lambda: seen.append((w * w).tracked))
        thread.start()
        thread.join()
        loss = w * 5.0
    assert seen == [False]
    assert_array_equal(inner.gradient(product, [w])[0], [6.0])
    assert_array_equal(outer.gradient(loss, [w])[0], [5.0])


def test_a_loss_must_be_a_scalar() -> None:
    with GradientTape() as tape:
        loss = A * 2.0
    with pytest.raises(ThumbnetError, match=r"loss of shape \(3, 4\) is not defined: take its me"):
        tape.gradient(loss, [A])


def test_tensors_know_shape_dtype_and_ndim() -> None:
    matrix = Variable(np.zeros((2, 3)), "w")
    assert (matrix.shape, matrix.ndim, matrix.dtype) == ((2, 3), 2, np.float32)
    assert (matrix + 1.0).dtype == np.float32
    assert (2.0 * matrix / 3.0 - 1.0).dtype == np.float32
    assert ops.mean(matrix).dtype == np.float32
    assert matrix.numpy() is matrix.data
    assert repr(Tensor(np.float64([1]))).startswith("Tensor(shape=(1,), dtype=float64")
    with pytest.raises(ThumbnetError, match=r"w has shape \(2, 3\), not \(3, 2\)"):
        matrix.assign(np.zeros((3, 2)))


def test_a_variable_copies_what_it_is_given() -> None:
    values = np.ones(2, dtype=np.float32)
    w = Variable(values)
    w.assign([5.0, 6.0])
    assert_array_equal(values, [1.0, 1.0])
