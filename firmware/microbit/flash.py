"""Reads a file in the flash of a micro:bit v1 in place: its own file objects cannot seek.

The file system consists of 128-byte chunks: a marker, 126 bytes of data, the next chunk's
number. The exporter's .hex stores a file in consecutive chunks.
"""

import micropython


@micropython.asm_thumb
def read(r0, r1, r2):
    # r0: state (address, bytes left in its chunk); r1: destination; r2: number of bytes
    ldr(r4, [r0, 0])
    ldr(r5, [r0, 4])
    label(CHUNK)
    cmp(r5, 0)
    bne(SOME)
    add(r4, 2)
    mov(r5, 126)
    label(SOME)
    mov(r6, r5)
    cmp(r6, r2)
    bls(HERE)
    mov(r6, r2)
    label(HERE)
    sub(r2, r2, r6)
    sub(r5, r5, r6)
    b(EIGHTS)
    label(EIGHT)
    data(2, 0x7823, 0x700B, 0x7863, 0x704B)  # four times: ldrb r3, [r4, k]; strb r3, [r1, k]
    data(2, 0x78A3, 0x708B, 0x78E3, 0x70CB)
    data(2, 0x7923, 0x710B, 0x7963, 0x714B)
    data(2, 0x79A3, 0x718B, 0x79E3, 0x71CB)
    add(r4, 8)
    add(r1, 8)
    label(EIGHTS)
    sub(r6, 8)
    bpl(EIGHT)
    add(r6, 8)
    beq(NEXT)
    label(ONE)
    ldrb(r3, [r4, 0])
    strb(r3, [r1, 0])
    add(r4, 1)
    add(r1, 1)
    sub(r6, 1)
    bne(ONE)
    label(NEXT)
    cmp(r2, 0)
    bne(CHUNK)
    str(r4, [r0, 0])
    str(r5, [r0, 4])
