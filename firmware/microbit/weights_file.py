"""The file of weights in the flash of a micro:bit v1: checked whole before the first result."""

from array import array

import micropython
from flash import find, read

# Literals of an example network; the exporter puts the network's own in their place.
# length and CRC-32 of what follows the 12 bytes of the file's header
WEIGHTS = (0, 0)
NAME = "model"


@micropython.asm_thumb
def crc32(r0, r1, r2):
    # r0: the sum so far, inverted, a word; r1: bytes, r2: how many
    ldr(r3, [r0, 0])
    ldr(r7, [r0, 4])  # the polynomial
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


def open_weights():
    """Return the state for read behind the file's header; ValueError says what is wrong with it."""
    name = NAME + ".bin"
    start = find(name.encode())
    if start is None:
        raise ValueError("%s is missing: flash the .hex again" % name)
    state = array("i", start)
    buffer = bytearray(128)
    read(state, buffer, 12)
    if bytes(buffer[:4]) != b"TNW1":
        raise ValueError("%s is not a weights file: flash the .hex again" % name)
    sizes = int.from_bytes(buffer[4:8], "little"), int.from_bytes(buffer[8:12], "little")
    if sizes != WEIGHTS:
        raise ValueError("%s is of another model: flash the .hex again" % name)
    start = tuple(state)
    crc = array("I", [0xFFFFFFFF, 0xEDB88320])
    left = WEIGHTS[0]
    while left:
        n = min(left, 128)
        read(state, buffer, n)
        crc32(crc, buffer, n)
        left -= n
    if crc[0] ^ 0xFFFFFFFF != WEIGHTS[1]:
        raise ValueError("%s is damaged (its CRC-32 differs): flash the .hex again" % name)
    return start
