"""Confusion matrix and balanced accuracy."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from thumbnet.trainer import ThumbnetError, balanced_accuracy, confusion_matrix


def test_confusion_matrix_counts_true_against_predicted() -> None:
    counts = confusion_matrix([0, 0, 1, 2, 2, 2], np.array([0, 1, 1, 2, 0, 2]), 4)
    assert_array_equal(counts, [[1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0]])
    assert counts.dtype == np.int64


def test_balanced_accuracy_is_the_mean_recall() -> None:
    y = [0] * 98 + [1, 1]
    assert balanced_accuracy(y, [0] * 100, 2) == 0.5
    assert balanced_accuracy(y, [0] * 99 + [1], 2) == 0.75
    assert balanced_accuracy(y, y, 2) == 1.0
    assert balanced_accuracy([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 2], 3) == pytest.approx(
        (1 / 2 + 1 + 2 / 3) / 3
    )
    # A class that does not occur has no share.
    assert balanced_accuracy([0, 1], [0, 5], 6) == 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], [0], 2), "there are 2 labels and 1 predictions: they must pair up"),
        (([0, 2], [0, 1], 2), "class 2 at row 1 is not one of the 2 classes (0 to 1): give class"),
        (([0, 1], [-1, 1], 2), "class -1 at row 0 is not one of the 2 classes (0 to 1): give"),
        (([0, 1], [0.5, 1], 2), "class 0.5 at row 0 is not one of the 2 classes (0 to 1): give"),
        (([], [], 2), "balanced accuracy of no examples is not defined: give some"),
    ],
)
def test_refused(arguments, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        balanced_accuracy(*arguments)
    assert str(caught.value).startswith(message)
