"""The stream: what goes into its buffer, when it decides, how it votes, what it refuses."""

import features
import sample
import stream
from raw_window import features as raw_window

# The example: two channels, windows of four samples, a decision every two.
seen = []
answers = []


def predict(values):
    seen.append(list(values))
    return answers.pop(0) if answers else 0


stream.predict = predict


def fresh(*next_answers):
    seen[:] = []
    answers[:] = next_answers
    return stream.Stream()


def refused(pushed, said):
    s = fresh()
    for good in ((1, 2), pushed, (3, 4)):
        heard = None
        try:
            assert s.push(good) is None
        except ValueError as error:
            heard = str(error)
        assert heard == (said if good is pushed else None), heard
    # What was refused is not in the window.
    s.push((5, 6))
    s.push((7, 8))
    assert seen == [[4, 5]]


def test_a_decision_every_hop():
    s = fresh(1, 1, 0, 0, 0)
    found = [s.push((k, 10 * k)) for k in range(12)]
    assert found == [None, None, None, 1, None, 1, None, 1, None, 0, None, 0]
    # Means of the last four, rounded half up.
    assert seen == [[k + 2, 10 * k + 15] for k in (0, 2, 4, 6, 8)]


def test_label():
    s = fresh(1)
    assert s.label is None
    for k in range(4):
        s.push((k, k))
    assert s.label == "move"


def test_reset():
    s = fresh(1, 1, 0)
    for k in range(7):
        s.push((k, k))
    s.reset()
    assert s.label is None
    assert [s.push([100, 200]) for k in range(4)] == [None, None, None, 0]
    assert seen[-1] == [100, 200]


def test_two_streams():
    a, b = fresh(), stream.Stream()
    for k in range(4):
        a.push((k, k))
        b.push((100, 50))
    assert seen == [[2, 2], [100, 50]]


def votes(needed, kept, given):
    old = stream.VOTE, stream.LABELS, stream.HOP
    stream.VOTE, stream.LABELS, stream.HOP = (needed, kept), ("a", "b", "c"), 1
    try:
        s = fresh(*given)
        found = [s.push((0, 0)) for _ in range(len(given) + 3)]
        label = s.label
    finally:
        stream.VOTE, stream.LABELS, stream.HOP = old
    assert found[:3] == [None] * 3
    decided = [k for k in found[3:] if k is not None]
    assert label == ("abc"[decided[-1]] if decided else None)
    return found[3:]


def test_the_most_frequent_of_the_last():
    assert votes(1, 3, [0, 0, 1, 0, 1, 1, 2, 0]) == [0, 0, 0, 0, 1, 1, 1, 0]
    # As many votes: the label of the latest of them.
    assert votes(1, 3, [0, 1, 2, 0, 0]) == [0, 1, 2, 0, 0]
    assert votes(1, 4, [0, 1, 1, 0, 2, 2]) == [0, 1, 1, 0, 1, 2]
    assert votes(1, 5, [0, 0, 1, 1, 2]) == [0, 0, 0, 1, 1]
    assert votes(1, 1, [2, 0, 1]) == [2, 0, 1]


def test_k_of_n():
    n = None
    assert votes(2, 3, [0, 0, 1, 2, 0, 2, 2]) == [n, 0, 0, n, n, 2, 2]
    assert votes(3, 3, [1, 1, 1, 1, 0, 0, 0]) == [n, n, 1, 1, n, n, 0]
    assert votes(1, 2, [1, 0, 0]) == [1, 0, 0]


def test_votes_of_a_long_time():
    given = [(k * k // 7) % 2 for k in range(100)]
    s = fresh(*given)
    found = [s.push((0, 0)) for _ in range(202)]
    for k in range(2, 100):
        assert found[2 * k + 3] == (1 if sum(given[k - 2 : k + 1]) > 1 else 0)


def test_kinds_of_samples():
    for kind in (list, tuple, bytes, bytearray):
        s = fresh()
        for k in range(4):
            s.push(kind([k, 200]))
        assert seen == [[2, 200]]
    s = fresh()
    s.push([True, False])
    for k in range(3):
        s.push([2.4, -2.5])  # -3: halves go away from zero
    assert seen == [[2, -2]]


def test_units():
    sample.UNITS = (10, 1000)
    try:
        s = fresh()
        for v in ((1, 0.0015), (1.25, 0.001), (-1.25, -0.0015), (0, 0.0)):
            s.push(v)
        assert list(s._ring) == [10, 2, 13, 1, -13, -2, 0, 0]
    finally:
        sample.UNITS = (1, 1)


def test_reach():
    s = fresh()
    for v in ((32767, -32767), (10**12, -(10**12)), (1e8, -1e8), (1e12, -1e12)):
        s.push(v)
    assert list(s._ring) == [32767, -32767] * 4


def test_what_is_refused():
    two = "expected a list of 2 (x, y), got "
    refused((1,), two + "1")
    refused([1, 2, 3], two + "3")
    refused((), two + "0")
    refused(7, two + "7")
    refused(None, two + "None")
    refused(2.5, two + "2.5")
    refused((1, "a"), "y is 'a', expected a number")
    refused((None, 1), "x is None, expected a number")
    refused((1, float("nan")), "y is nan, expected a number")
    refused((float("-inf"), 1), "x is -inf, expected a number")
    refused((1, float("inf")), "y is inf, expected a number")
    refused("ab", "x is 'a', expected a number")
    refused({"x": 1, "y": 2}, two + repr({"x": 1, "y": 2}))


def test_raw_window():
    ring = [10, 11, 20, 21, 30, 31, 0, 1]
    assert list(raw_window(ring, 6)) == [0, 1, 10, 11, 20, 21, 30, 31]
    assert list(raw_window(ring, 0)) == ring


def test_features_read_the_ring_from_the_oldest_on():
    old = features.FEATURES
    kept = []
    features.FEATURES = (lambda x, y, at: kept.append(list(x)) or at,)
    try:
        features.features([5, 50, 2, 20, 3, 30, 4, 40], 2)
    finally:
        features.FEATURES = old
    assert kept == [[2, 3, 4, 5], [20, 30, 40, 50]]
