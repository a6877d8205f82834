"""Lines that the assembly kernels of levels share: bytes that move down, words if they can."""


# r0: where to, r1: how far they move, r2: how many. Four at a time if words move to words.
def moved_down():
    # r2: the end
    data(2, 0x1812, 0x2303, 0x400B, 0x4303)  # add r2, r2, r0; mov r3, 3; and r3, r1; orr r3, r0
    lsl(r3, r3, 30)
    bne(BYTES)
    b(WORDS)
    label(WORD)
    data(2, 0x5843, 0xC008)  # ldr r3, [r0, r1]; stm r0!, {r3}
    label(WORDS)
    cmp(r0, r2)
    bne(WORD)
    b(BYTES)
    label(BYTE)
    data(2, 0x5C43, 0x7003, 0x3001)  # ldrb r3, [r0, r1]; strb r3, [r0, 0]; add r0, 1
    label(BYTES)
    cmp(r0, r2)
    bne(BYTE)
