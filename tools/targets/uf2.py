"""Is a file firmware for the chip that is meant? A look at the first block of a .uf2."""

from __future__ import annotations

import struct
from pathlib import Path

from thumbnet.trainer import ThumbnetError

BLOCK = 512
MAGIC = 0x0A324655, 0x9E5D5157
HAS_FAMILY = 0x2000
RP2040 = 0xE48BFF56


def check_uf2(path: Path) -> None:
    """Refuse what an RP2040 would not start.

    Raises:
        ThumbnetError: no such file, not a .uf2, cut off, or for another chip.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ThumbnetError(
            f"cannot read the firmware {path} ({error.strerror}): give the .uf2 of a Pico's "
            "MicroPython"
        ) from None
    if len(data) < BLOCK or struct.unpack_from("<2I", data) != MAGIC:
        raise ThumbnetError(f"{path} is not a .uf2: give the one of a Pico's MicroPython")
    flags, _, _, _, blocks, family = struct.unpack_from("<6I", data, 8)
    if flags & HAS_FAMILY and family != RP2040:
        raise ThumbnetError(
            f"{path} is for another chip than the RP2040 (family {family:#x}): "
            "give the one for the Pico"
        )
    if len(data) % BLOCK or len(data) < BLOCK * blocks:
        raise ThumbnetError(
            f"{path} is cut off: it has {len(data)} bytes, and says {BLOCK * blocks}: "
            "download it again"
        )
