"""The weights file in the flash of a micro:bit v1: found and checked before the first result.

A file's first chunk holds the marker 0xFE, the length of its last chunk, and its name.
"""

from array import array

import micropython
from machine import mem8

# Literals of an example network; the exporter puts the network's own in their place.
# length and CRC-32 of the payload that follows the 12-byte header
WEIGHTS = (0, 0)
NAME = "model.bin"


@micropython.asm_thumb
def crc32(r0, r1, r2):
    # r0: the inverted CRC so far, and the polynomial; r1: bytes; r2: number of bytes
    ldr(r3, [r0, 0])
    ldr(r7, [r0, 4])
    label(BYTE)
    ldrb(r4, [r1, 0])
    eor(r3, r4)
    mov(r5, 8)
    label(BIT)
    lsr(r3, r3, 1)
    bcc(ZERO)
    eor(r3, r7)
    label(ZERO)
    sub(r5, 1)
    bne(BIT)
    add(r1, 1)
    sub(r2, 1)
    bne(BYTE)
    str(r3, [r0, 0])


def find():
    """Return the address of the file's first chunk, the lowest one, as the firmware itself does."""
    for at in range(0x38000, 0x40000, 128):
        if mem8[at] == 0xFE and mem8[at + 2] == len(NAME):
            k = 0
            while k < len(NAME) and mem8[at + 3 + k] == ord(NAME[k]):
                k += 1
            if k == len(NAME):
                return at
    raise ValueError(NAME + " is missing: flash the .hex again")


def check(at, read, state, buffer):
    """Return at, the address of the file; ValueError says what is wrong with it."""
    state[0] = at + 3 + len(NAME)
    state[1] = 124 - len(NAME)
    read(state, buffer, 12)
    if bytes(buffer[:4]) != b"TNW1":
        raise ValueError(NAME + " is not a weights file: flash the .hex again")
    sizes = int.from_bytes(buffer[4:8], "little"), int.from_bytes(buffer[8:12], "little")
    if sizes != WEIGHTS:
        raise ValueError(NAME + " is of another model: flash the .hex again")
    crc = array("I", [0xFFFFFFFF, 0xEDB88320])
    left = WEIGHTS[0]
    while left:
        n = min(left, len(buffer))
        read(state, buffer, n)
        crc32(crc, buffer, n)
        left -= n
    if crc[0] ^ 0xFFFFFFFF != WEIGHTS[1]:
        raise ValueError(NAME + " is damaged (its CRC-32 differs): flash the .hex again")
    return at
