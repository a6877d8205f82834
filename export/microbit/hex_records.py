"""A check of the records of Intel HEX before a library builds an image of them."""

from __future__ import annotations

DATA, END, SEGMENT, UPPER = 0, 1, 2, 4
KINDS = range(6)

MOST_CHARACTERS = 4_000_000
"""The firmware of a micro:bit v1 with its files takes 720,000, that of its successor more."""

MEMORY = (range(0x8_0000), range(0x1000_1000, 0x1000_1400))
"""Flash, and the registers beside it (UICR), of either generation of the micro:bit."""


def check_records(text: str) -> None:
    """Raise ValueError for damaged records, or data outside of the flash.

    Parameters
    ----------
    text
        Intel HEX.

    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"it has more than {MOST_CHARACTERS:,} characters")
    base = 0
    for number, line in enumerate(text.split(), 1):
        try:
            record = bytes.fromhex(line[1:])
        except ValueError:
            record = b""
        good = line.startswith(":") and len(record) >= 5 and len(record) == record[0] + 5
        if not good or sum(record) % 256:
            raise ValueError(f"line {number} is damaged")
        kind, payload = record[3], record[4:-1]
        if kind not in KINDS or (kind in (SEGMENT, UPPER) and len(payload) != 2):
            raise ValueError(f"line {number} is of kind {kind}")
        if kind == END:
            return
        if kind in (SEGMENT, UPPER):
            base = int.from_bytes(payload, "big") << (4 if kind == SEGMENT else 16)
        if kind == DATA and payload:
            first = base + int.from_bytes(record[1:3], "big")
            if not any(first in part and first + len(payload) <= part.stop for part in MEMORY):
                raise ValueError(f"line {number} is outside of the flash")
    raise ValueError("its end is missing")
