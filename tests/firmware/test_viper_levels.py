"""quantize of the viper tier: the plain tier's bytes and errors, from any sequence, no heap."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.kernel_words import FIRMWARE
from support.kernels import SOME, answers
from support.micropython import needs_micropython


class NotANumber(float):
    """A float whose repr is an expression."""

    def __repr__(self) -> str:
        return f"float('{float(self)}')"


KINDS = {"b": (-128, 127), "B": (0, 255), "h": (-(2**15), 2**15 - 1), "H": (0, 2**16 - 1)}
KINDS |= {"i": (-(2**31), 2**31 - 1), "I": (0, 2**32 - 1), "q": (-(2**63), 2**63 - 1)}
LITERALS = ((0, 255, 1), (0, 9, 28), (-1, 1, 127), (-100, 155, 1), (250, 260, 25), (0, 1, 255))
NAN, INF = NotANumber("nan"), NotANumber("inf")
OTHERS = (True, False, None, "a", 2.5, -0.5, 7.0, NAN, INF, -1e12)


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    """Values in a container, mostly such as fit; now and then one that does not, or too few."""
    literals = draw(st.sampled_from(LITERALS))
    kind = draw(st.sampled_from(["list", "tuple", "bytes", "bytearray", "f", *KINDS]))
    low, high = (0, 255) if kind.startswith("bytes") or kind == "bytearray" else (-(2**99), 2**99)
    low, high = KINDS.get(kind, (low, high))
    first, last = max(low, literals[0]), min(high, literals[1])
    if first > last:
        first, last = low, high
    values: list[Any] = draw(st.lists(st.integers(first, last), min_size=1, max_size=40))
    if draw(st.booleans()):
        machine = st.sampled_from([k * 2**n + first for n in (31, 32, 63, 64) for k in (-1, 1)])
        beside = st.sampled_from([literals[0] - 1, literals[1] + 1, low, high])
        odd = st.one_of(beside, machine, st.integers(low, high)).filter(lambda v: low <= v <= high)
        if kind in ("list", "tuple"):
            odd = st.one_of(odd, st.sampled_from(OTHERS))
        values[draw(st.integers(0, len(values) - 1))] = draw(odd)
    if kind == "f":
        values = [float(max(-(2**20), min(2**20, v))) for v in values]
    missing = draw(st.sampled_from((0,) * 9 + (1, -1)))
    return {"values": values, "kind": kind, "literals": literals, "missing": missing}


def plain(call: dict[str, Any]) -> dict[str, Any]:
    """What the plain tier's file does under CPython."""
    n = len(call["values"]) + call["missing"]
    names: dict[str, Any] = {}
    for name in ("lengths", "each_level", "levels"):
        text = (FIRMWARE / "runtime" / f"{name}.py").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("from ")]
        exec("\n".join(lines), names)
    buffer = bytearray(b"\xa5" * (n + 3))
    names.update(INPUTS=n, X0=buffer)
    names.update(zip(("INPUT_MIN", "INPUT_MAX", "INPUT_GAIN"), call["literals"], strict=True))
    try:
        names["quantize"]([float(v) if isinstance(v, NotANumber) else v for v in call["values"]])
    except ValueError as error:
        return {"error": str(error)}
    return {"y": list(buffer)}


@given(st.lists(calls(), min_size=30, max_size=60))
@examples(20, SOME)
def test_quantize(tmp_path_factory: pytest.TempPathFactory, cases: list[dict[str, Any]]) -> None:
    needs_micropython()
    file = tmp_path_factory.getbasetemp() / "levels.jsonl"
    folders = [FIRMWARE / "viper", FIRMWARE / "runtime"]
    # repr, because JSON knows no NaN
    lines = [{**case, "values": repr(case["values"])} for case in cases]
    for case, answer in zip(cases, answers("levels", folders, lines, file), strict=True):
        heap = answer.pop("heap", None)
        assert answer == plain(case), case
        # MicroPython makes a long integer of whatever it reads from an array("q").
        whole = all(isinstance(v, int) for v in case["values"]) and case["kind"] != "q"
        if whole and "y" in answer:
            assert heap == 0, case
