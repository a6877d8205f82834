"""The runtime around the kernels, on the example network that its files carry."""

import classify
import decide
import measure
import measure_all
import predict
import predict_proba
import probabilities
import probabilities_of_each
import probabilities_of_levels
import probabilities_of_two
import scores


def test_scores_are_a_copy():
    first = scores.scores([0, 200])
    scores.scores([200, 0])
    assert first == [-50]  # (1*0 - 1*200) / 4


def test_decide():
    assert decide.answer([0, 200]) == 0
    assert decide.answer([200, 0]) == 1
    assert decide.answer([7, 7]) == 1


def test_classify():
    assert predict.predict([9, 3]) == 0
    assert classify.answer([9, 3]) == 0


def test_measure():
    kept = measure.OUTPUT_UNITS
    measure.OUTPUT_UNITS, measure_all.OUTPUT_UNITS = 4, (4,)
    try:
        assert measure.answer([0, 200]) == -12.5
        assert measure_all.answer([0, 200]) == [-12.5]
    finally:
        measure.OUTPUT_UNITS, measure_all.OUTPUT_UNITS = kept, (kept,)


def test_probabilities():
    assert probabilities.probabilities([5, 5]) == [32768]
    assert predict_proba.predict_proba([5, 5]) == [1.0]
    assert probabilities_of_two.probabilities([5, 5]) == [16384, 16384]
    assert probabilities_of_each.probabilities([5, 5]) == [16384]
    assert probabilities_of_levels.probabilities([0, 200]) == [128 * -50]
    low = probabilities_of_two.probabilities([0, 200])
    assert sum(low) == 32768
    assert low[0] > low[1]
