"""Merge layers: Add and Concatenate, and the preprocessing of a model with branches."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from support.gradients import assert_gradients, variable

from thumbnet.trainer import GRU, Add, Concatenate, Input, Model, Rescaling, ThumbnetError
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.layers.merging import Merge

MERGES: dict[str, tuple[type[Merge], list[tuple[int, ...]]]] = {
    "add": (Add, [(2, 3), (2, 3)]),
    "add three": (Add, [(3,), (3,), (3,)]),
    "concatenate": (Concatenate, [(2, 3), (2, 1), (2, 2)]),
    "concatenate rows": (Concatenate, [(4,), (1,)]),
}


@pytest.mark.parametrize("name", MERGES)
def test_merge_gradients(name: str) -> None:
    kind, shapes = MERGES[name]
    rng = np.random.default_rng(0)
    layer, inputs = kind(name="m"), [variable(rng, 3, *shape) for shape in shapes]
    layer.build_for(shapes, rng, np.float64)
    expected = sum(v.data for v in inputs) if kind is Add else None
    if expected is None:
        expected = np.concatenate([v.data for v in inputs], axis=-1)
    assert_array_equal(layer.merge(inputs).data, expected)
    assert layer.output_shape == expected.shape[1:]
    factors = rng.standard_normal(expected.shape)
    assert_gradients(lambda: ops.sum(layer.merge(inputs) * factors), inputs)


def test_the_same_input_twice_counts_twice() -> None:
    x = Input(3)
    y = Rescaling(2.0)(x)
    model = Model(x, Concatenate()([Add()([y, y]), y]))
    assert_array_equal(model.predict([[1.0, 2.0, 3.0]]), [[4, 8, 12, 2, 4, 6]])
    assert model.sources["add"] == ("rescaling", "rescaling")


def test_scaling_of_one_branch_only_is_not_preprocessing() -> None:
    x = Input(3)
    model = Model(x, Add()([Rescaling(2.0)(x), x]))
    assert len(model.learning_layers) == 2
    assert_array_equal(model.predict([[1.0, 2.0, 3.0]]), [[3, 6, 9]])
    scaled = Rescaling(2.0)(x)
    shared = Model(x, Add()([Rescaling(-1.0)(scaled), scaled]))
    assert len(shared.learning_layers) == 2
    assert_array_equal(shared.predict([[1.0, 2.0, 3.0]]), [[0, 0, 0]])


def test_concatenate_names_shapes_that_do_not_fit() -> None:
    x = Input((4, 3))
    pair = [GRU(2, return_sequences=True)(x), GRU(2)(x)]
    with pytest.raises(ThumbnetError, match=r"'concatenate' joins shapes \(4, 2\) and \(2,\): all"):
        Model(x, Concatenate()(pair))
