"""Only what is a slip of the pen away is proposed."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from thumbnet.trainer import did_you_mean, proposal

TEXT = """
acceleration activity age alcohol altitude angle battery bias brightness class colour count
current date day depth direction distance energy floor force frequency gas gesture gravity gyro
height hour humidity label length level light magnet mass mean month name noise number origin
person phase pitch power pressure proline pulse quality radius rate roll sample season second
sensor session shape size smoke sound speed station steps strain target temperature tension
thickness time torque turbidity user value velocity voltage volume wave weather weight width
wind yaw x y z ax ay az gx gy gz id kind
"""
WORDS = TEXT.split()
"""Columns that mean different things."""


def test_unlike_names_are_not_proposed() -> None:
    wrong = [(a, b) for a, b in permutations(WORDS, 2) if proposal(a, [b]) is not None]
    assert wrong == []
    files = [f"{word}.csv" for word in WORDS]
    for word in WORDS:
        assert proposal(f"{word}.csv", [one for one in files if one != f"{word}.csv"]) is None


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("temprature", "temperature", True),
        ("Temp Erature", "temperature", True),
        ("gestures", "gesture", True),
        ("picco", "pico", True),
        ("haep", "heap", True),
        ("mss", "ms", True),
        ("a.csv", "b.csv", False),
        ("1.csv", "2.csv", False),
        ("ax", "ay", False),
        ("cat", "car", False),
        ("", "a", False),
        ("x" * 100, "x" * 99, False),
    ],
)
def test_examples(name: str, known: str, found: bool) -> None:
    assert proposal(name, ["something", known]) == (known if found else None)
    expected = f"did you mean {known!r}?" if found else "name another"
    assert did_you_mean(name, [known], "name another") == expected


@examples(200)
@given(st.sampled_from([word for word in WORDS if len(word) > 3]), st.data())
def test_one_slip_is_proposed(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 1))
    kinds = ["less", "more", "swapped", *(["other"] if len(word) > 5 else [])]
    kind = data.draw(st.sampled_from(kinds))
    letter = data.draw(st.sampled_from("qxj"))
    slipped = {
        "less": word[:at] + word[at + 1 :],
        "more": word[:at] + letter + word[at:],
        "other": word[:at] + letter + word[at + 1 :],
        "swapped": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }[kind]
    assert proposal(slipped, [word, "qqqqqqqq"]) == word
