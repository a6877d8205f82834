"""Records of Intel HEX: what is damaged, or elsewhere than in flash, is refused by its line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbnet.export.microbit.hex_records import MOST_CHARACTERS, check_records

END = ":00000001FF"


def record(kind: int, address: int, data: bytes) -> str:
    body = bytes([len(data), *address.to_bytes(2, "big"), kind, *data])
    return f":{body.hex()}{-sum(body) & 0xFF:02x}".upper()


def upper(base: int) -> str:
    return record(4, 0, (base >> 16).to_bytes(2, "big"))


def segment(base: int) -> str:
    return record(2, 0, (base >> 4).to_bytes(2, "big"))


@pytest.mark.parametrize(
    "records",
    [
        [record(0, 0, b"abc")],
        [upper(0x70000), record(0, 0xFFFF, b"a")],
        [segment(0x70000), record(0, 0xFFFF, b"a")],
        [upper(0x10000000), record(0, 0x1000, bytes(16)), record(0, 0x13FF, b"a")],
        [record(3, 0, bytes(4)), record(5, 0, bytes(4))],
    ],
)
def test_what_is_in_flash(records: list[str]) -> None:
    check_records("\n".join([*records, END, "anything"]))


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (["hello", END], "line 1 is damaged"),
        (["00000001FF"], "line 1 is damaged"),
        ([record(0, 0, b"a"), record(0, 0, b"a")[:-2] + "00", END], "line 2 is damaged"),
        ([record(0, 0, b"abc")[:-2], END], "line 1 is damaged"),
        ([":FF" + record(0, 0, b"abc")[3:], END], "line 1 is damaged"),
        ([":0000", END], "line 1 is damaged"),
        ([record(6, 0, b""), END], "line 1 is of kind 6"),
        ([record(4, 0, b"a"), END], "line 1 is of kind 4"),
        ([record(2, 0, b"abc"), END], "line 1 is of kind 2"),
        ([upper(0x80000), record(0, 0, b"a"), END], "line 2 is outside of the flash"),
        ([upper(0x70000), record(0, 0xFFFF, b"ab"), END], "line 2 is outside of the flash"),
        ([upper(0xFFFF0000), record(0, 0xFFFF, b"a"), END], "line 2 is outside of the flash"),
        ([upper(0x10000000), record(0, 0x1400, b"a"), END], "line 2 is outside of the flash"),
        ([record(0, 0, b"abc")], "its end is missing"),
        ([], "its end is missing"),
    ],
)
def test_damage(records: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_records("\n".join(records))


def test_length() -> None:
    check_records(END.ljust(MOST_CHARACTERS))
    with pytest.raises(ValueError, match="more than 4,000,000 characters"):
        check_records(END.ljust(MOST_CHARACTERS + 1))


@given(st.text(alphabet=":0123456789ABCDEFabcdef\n\r \0é", max_size=60))
def test_any_text(text: str) -> None:
    """Nothing but a ValueError."""
    with contextlib.suppress(ValueError):
        check_records(text)


@given(st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=255))
def test_addresses(address: int, data: bytes) -> None:
    records = "\n".join((upper(address), record(0, address & 0xFFFF, data), END))
    end = address + len(data)
    inside = end <= 0x80000 or (address >= 0x10001000 and end <= 0x10001400)
    if inside:
        check_records(records)
    else:
        with pytest.raises(ValueError, match="line 2 is outside"):
            check_records(records)
