"""A check of a .uf2 firmware file, block by block."""

from __future__ import annotations

import struct
from pathlib import Path

from thumbnet.trainer import ThumbnetError, read_bytes

BLOCK = 512
MAGIC = 0x0A324655, 0x9E5D5157
MAGIC_END = 0x0AB16F30
HAS_FAMILY = 0x2000
NOT_FLASH = 0x1
RP2040 = 0xE48BFF56

PAYLOAD = 256
"""Bytes of flash in a block: a page of the RP2040."""

FLASH = range(0x1000_0000, 0x1100_0000)
"""Where an RP2040 maps its flash, 16 MB at most."""

MOST_BYTES = len(FLASH) // PAYLOAD * BLOCK

USE = "use MicroPython's .uf2 for the Pico"


def check_uf2(path: Path) -> None:
    """Raise ThumbnetError for a file that an RP2040 would not start.

    Raises
    ------
    ThumbnetError
        If there is no such file, or it is not a .uf2, is truncated or damaged, or is for another
        chip.

    """
    try:
        data = read_bytes(path, MOST_BYTES)
    except ThumbnetError as error:
        raise ThumbnetError(f"cannot read the firmware {error}: {USE}") from None
    if len(data) < BLOCK or struct.unpack_from("<2I", data) != MAGIC:
        raise ThumbnetError(f"{path} is not a .uf2: {USE}")
    flags, _, _, _, blocks, family = struct.unpack_from("<6I", data, 8)
    if flags & HAS_FAMILY and family != RP2040:
        raise ThumbnetError(
            f"{path} is for another chip than the RP2040 (family {family:#x}): "
            "use the one for the Pico"
        )
    if len(data) % BLOCK or len(data) < BLOCK * blocks:
        raise ThumbnetError(
            f"{path} is truncated: it has {len(data)} bytes instead of {BLOCK * blocks}: "
            "download it again"
        )
    for number in range(len(data) // BLOCK):
        if not _is_sound(data[number * BLOCK : (number + 1) * BLOCK], len(data) // BLOCK):
            raise ThumbnetError(
                f"{path} is damaged: block {number} is not one for the flash of an RP2040: "
                "download it again"
            )


def _is_sound(block: bytes, blocks: int) -> bool:
    """Return whether a block has its marks, and goes to flash, if it goes there."""
    flags, address, size, number, count = struct.unpack_from("<5I", block, 8)
    marked = struct.unpack_from("<2I", block) == MAGIC
    marked = marked and struct.unpack_from("<I", block, BLOCK - 4) == (MAGIC_END,)
    if not marked or not number < count <= blocks:
        return False
    if flags & NOT_FLASH:
        return True
    inside = address in FLASH and address + size <= FLASH.stop
    return 0 < size <= PAYLOAD and address % PAYLOAD == 0 and inside
