"""What a printed line means: its numbers, its names, and which of them is a clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbnet.tools.live.layout import find_layout
from thumbnet.tools.live.readings import parse_reading

ARRIVALS = [k / 50 for k in range(60)]


@pytest.mark.parametrize(
    ("line", "values", "names"),
    [
        ("1,2.50,-3e2", ("1", "2.50", "-3e2"), None),
        ("1\t2", ("1", "2"), None),
        ("1; 2 ;3", ("1", "2", "3"), None),
        ("(1, 2.0, 3)", ("1", "2.0", "3"), None),
        ("[0.5]", ("0.5",), None),
        ("1,2,", ("1", "2"), None),
        ("x:1,y:2", ("1", "2"), ("x", "y")),
        ("x: 1 y: -2.5", ("1", "-2.5"), ("x", "y")),
        ("acc x=1\tacc y=2", ("1", "2"), ("acc x", "acc y")),
        ("acc x=1 acc y=2", ("1", "2"), ("acc x", "acc y")),
        ("Hum: 40.00 % Temp: 21.5C, Acc: 9.81 m/s^2", ("40.00", "21.5", "9.81"),
         ("Hum", "Temp", "Acc")),
        ("10:15:30.123 -> 1,2", ("1", "2"), None),
        ("1,5;2,5", ("1.5", "2.5"), None),
        ("1,5 2,05", ("1.5", "2.05"), None),
        ("512,1023", ("512", "1023"), None),
    ],
)  # fmt: skip
def test_lines_of_numbers(line, values, names):
    reading = parse_reading(line)
    assert reading is not None
    assert (reading.values, reading.names) == (values, names)


@pytest.mark.parametrize(
    "line", ["", "hello", "1,a", "x:1,x:2", "1,,2", "ok 1 2", "x:1,2", "(1,2", "nan,1", "1.2.3"]
)
def test_lines_that_are_none(line):
    assert parse_reading(line) is None


@given(st.text(max_size=40))
def test_any_text_is_taken_or_left(text):
    reading = parse_reading(text)
    assert reading is None or all(float(value) == float(value) for value in reading.values)


def layout(lines, header=None, names=None):
    readings = [parse_reading(line) for line in lines]
    return find_layout(ARRIVALS[: len(lines)], readings, header, names)


@pytest.mark.parametrize(
    ("per_second", "tick"), [(1, 1.0), (1000, 1e-3), (1_000_000, 1e-6), (1_000_000_000, 1e-9)]
)
def test_a_clock_without_a_name_is_known_by_how_it_advances(per_second, tick):
    lines = [f"{7 + int(at * per_second * 1.1)}.5 {k % 3}" for k, at in enumerate(ARRIVALS)]
    lines = [line.replace(".5", "") if per_second > 1 else line for line in lines]
    if per_second == 1:
        lines = [f"{7 + at * 1.1:.3f} {k % 3}" for k, at in enumerate(ARRIVALS)]
    found = layout(lines)
    assert (found.clock, found.tick, found.channels) == (0, tick, ("x",))


@pytest.mark.parametrize("step", [1, 3, 30, 300])
def test_a_number_that_only_rises_is_a_channel(step):
    found = layout([f"{k * step},{k % 5}" for k in range(60)])
    assert (found.clock, found.channels) == (None, ("x", "y"))


def test_a_number_that_goes_back_is_no_clock():
    """On average it advances as one in milliseconds."""
    found = layout([f"{k * 20 + (70 if k % 3 == 1 else 0)},{k % 5}" for k in range(60)])
    assert (found.clock, found.channels) == (None, ("x", "y"))


def test_names_from_the_line_the_header_or_the_user():
    lines = [f"{k * 20},{k % 5},{k % 7}" for k in range(60)]
    assert layout(lines, "t_ms,ax,ay").channels == ("ax", "ay")
    assert layout(lines, "t_ms ax ay").channels == ("ax", "ay")
    assert layout(lines, "only one").channels == ("x", "y")
    assert layout(lines, None, ["left", "right"]).channels == ("left", "right")
    named = layout([f"millis:{k * 20000} v:{k % 5}" for k in range(60)])
    assert (named.clock, named.tick, named.channels) == (0, 1e-3, ("v",))
