"""Types of JSON values: what fits an annotation, and what is said about the rest."""

from __future__ import annotations

import re
from typing import Any, Literal, TypedDict

import pytest
from numpy.typing import ArrayLike

from thumbnet.trainer import Dense, Normalization
from thumbnet.trainer.files.json_types import WrongType, check_type, construct
from thumbnet.trainer.files.strict_json import parse_json


class Entry(TypedDict, total=False):
    units: int


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (3, int),
        (3, float),
        (-0.5, float),
        ("a", str),
        (None, int | None),
        ([1, 2], tuple[int, ...]),
        ([0.5, 1], tuple[float, float]),
        ({"a": [True]}, dict[str, list[bool]]),
        ("int8", Literal["int8", "int4"]),
        ([1.5, 2], ArrayLike),
        (None, ArrayLike | None),
        ({"units": 3}, Entry),
        ({}, Entry | None),
        ({"anything": [{}]}, Any),
    ],
)
def test_fits(value: object, kind: Any) -> None:
    check_type(value, kind, "x")


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (True, int, "x is True, expected a whole number"),
        (True, float, "x is True, expected a finite number"),
        (1, bool, "x is 1, expected true or false"),
        (1.0, int, "x is 1.0, expected a whole number"),
        (2**63, int, "x is a huge number, expected a whole number"),
        (10**400, float, "x is a huge number, expected a finite number"),
        (float("nan"), float, "x is nan, expected a finite number"),
        (float("inf"), float, "x is inf, expected a finite number"),
        (None, str, "x is None, expected text"),
        ([1, "a"], tuple[int, ...], "x[1] is 'a', expected a whole number"),
        ([1], tuple[int, int], "x is a list of 1, expected a list of 2"),
        ("ab", tuple[str, ...], "x is 'ab', expected a list"),
        ({"a": [1]}, dict[str, list[bool]], "x['a'][0] is 1, expected true or false"),
        (1, Literal["int8", "int4"], "x is 1, expected one of 'int8', 'int4'"),
        (True, Literal[0, 1], "x is True, expected one of 0, 1"),
        ([[1]], ArrayLike, "x[0] is a list of 1, expected a finite number"),
        ("1", ArrayLike, "x is '1', expected a finite number"),
        (None, ArrayLike, "x is None, expected a finite number"),
        ({"units": 1, "b": 1}, Entry, "x has an unknown setting 'b'"),
        ({"units": "a" * 99}, Entry, f"x.units is '{'a' * 35} ..., expected a whole number"),
        ("a", dict[str, int] | None, "x is 'a', expected an object"),
        ({"a": "b"}, dict[str, int] | None, "x['a'] is 'b', expected a whole number"),
        ({"units": "b"}, Entry | None, "x.units is 'b', expected a whole number"),
    ],
)
def test_wrong(value: object, kind: Any, message: str) -> None:
    with pytest.raises(WrongType) as caught:
        check_type(value, kind, "x")
    assert str(caught.value) == message


def test_constructors_say_what_they_take() -> None:
    assert construct(Dense, {"units": 3, "name": None}, "layer").units == 3
    assert construct(Normalization, {"scale": [1, 2.5]}, "layer").scale.tolist() == [1, 2.5]
    wrong: list[tuple[object, str]] = [
        ({}, "layer has no units"),
        ({"units": 3, "unit": 4}, "layer has an unknown setting 'unit'"),
        ([3], "layer is a list of 1, expected an object"),
        ({"units": 3, "kernel_regularizer": []}, "kernel_regularizer is a list of 0, expected"),
    ]
    for config, message in wrong:
        with pytest.raises(WrongType, match=re.escape(message)):
            construct(Dense, config, "layer")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 51 + "]" * 51, "nested too deeply"),
        ("[" * 10**5 + "]" * 10**5, "nested too deeply"),
        ('{"a": ' * 51 + "1" + "}" * 51, "nested too deeply"),
        ('{"a": 1, "a": 2}', "a key is there twice"),
        ("1" * 5000, "too many digits"),
        ("[NaN]", "NaN is not a number of JSON"),
        ("1e999", "a number is too large"),
        ("[" + "[]," * 5 * 10**6 + "1]", "too many values"),
    ],
    ids=range(8),
)
def test_json_that_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_json(text)


def test_json_that_is_read() -> None:
    assert parse_json("[" * 50 + "]" * 50) is not None
    assert parse_json('{"a": [1, 2.5, null, "ü"]}') == {"a": [1, 2.5, None, "ü"]}
    assert str(parse_json("[NaN, Infinity]", allow_nan=True)) == "[nan, inf]"
