"""A check of a .uf2 firmware file, by its first block."""

from __future__ import annotations

import struct
from pathlib import Path

from thumbnet.trainer import ThumbnetError

BLOCK = 512
MAGIC = 0x0A324655, 0x9E5D5157
HAS_FAMILY = 0x2000
RP2040 = 0xE48BFF56


def check_uf2(path: Path) -> None:
    """Raise ThumbnetError for a file that an RP2040 would not start.

    Raises
    ------
    ThumbnetError
        If there is no such file, or it is not a .uf2, is truncated, or is for another chip.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ThumbnetError(
            f"cannot read the firmware {path} ({error.strerror}): use MicroPython's .uf2 for "
            "the Pico"
        ) from None
    if len(data) < BLOCK or struct.unpack_from("<2I", data) != MAGIC:
        raise ThumbnetError(f"{path} is not a .uf2: use MicroPython's .uf2 for the Pico")
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
