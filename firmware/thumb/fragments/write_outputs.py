"""The end of a convolution: writes a block's outputs, then goes to the next block, pixel or row.

S0 to S7: the sums; r8: a correction to add to each. Continues at BLOCK, or at PIXEL or LINE of
`copy_patches`.
"""


def write_outputs():
    # r9: 2 * zero_point + 1, r10, r11: limits, r5: parameters, r6: end of y, r7: from -count to 0
    #: add r4, sp, ROUND; ldm r4!, {r0, r1, r2}; ldr r5, CHANNEL; ldr r6, OUT; ldr r7, LEFT;
    #: mov r9, r0; mov r10, r1; mov r11, r2; cmp r7, 8; ble 1; mov r7, 8; ldr r0, WIDE; mov r1, r7;
    #: lsl r1, r0; add r6, r6, r1; neg r7, r7; mov r4, sp
    data(2, 0xAC08, 0xCC07, 0x9D18, 0x9E1A, 0x9F19, 0x4681, 0x468A, 0x4693, 0x2F08)
    data(2, 0xDD00, 0x2708, 0x981E, 0x4639, 0x4081, 0x1876, 0x427F, 0x466C)
    label(OUTPUT)
    #: ldm r4!, {r0}; ldm r5!, {r1, r2, r3}; add r0, r8; add r0, r0, r1
    data(2, 0xCC01, 0xCD0E, 0x4440, 0x1840)
    # requantize and clamp
    #: asr r1, r0, 15; mul r1, r2; lsl r0, r0, 17; lsr r0, r0, 17; mul r0, r2; lsr r0, r0, 15;
    #: add r0, r0, r1; sub r3, 16; asr r0, r3; add r0, r9; asr r0, r0, 1; cmp r0, r10; bge 1;
    #: mov r0, r10; cmp r0, r11
    data(2, 0x13C1, 0x4351, 0x0440, 0x0C40, 0x4350, 0x0BC0, 0x1840, 0x3B10)
    data(2, 0x4118, 0x4448, 0x1040, 0x4550, 0xDA00, 0x4650, 0x4558)
    bgt(ABOVE)
    label(NARROW)
    data(2, 0x55F0)  # strb r0, [r6, r7]
    label(NEXT)
    add(r7, 1)
    bne(OUTPUT)
    #: str r5, CHANNEL; str r6, OUT; ldr r7, LEFT; sub r7, 8; str r7, LEFT
    data(2, 0x9518, 0x961A, 0x9F19, 0x3F08, 0x9719)
    ble(DONE)
    b(BLOCK)
    label(ABOVE)
    #: ldr r1, MAX; cmp r0, r1; ble 1; mov r0, r1; ldr r1, TABLE; ldr r2, WIDE; cmp r1, 0; beq 1;
    #: ldrb r0, [r0, r1]; cmp r2, 0
    data(2, 0x990B, 0x4288, 0xDD00, 0x4608, 0x991D, 0x9A1E, 0x2900, 0xD000, 0x5C40, 0x2A00)
    beq(NARROW)
    data(2, 0x00B9, 0x5070)  # lsl r1, r7, 2; str r0, [r6, r1]
    b(NEXT)
    label(DONE)
    #: ldr r3, P; ldr r0, Y; ldr r1, YSTEP; add r0, r0, r1; str r0, Y; ldr r2, [r3, step];
    #: ldr r0, SRC; ldr r1, COLUMN; add r0, r0, r2; add r1, r1, r2; str r0, SRC; str r1, COLUMN;
    #: ldr r4, OX; sub r4, 1; str r4, OX
    data(2, 0x9B1B, 0x9816, 0x991F, 0x1840, 0x9016, 0x6B9A, 0x980C, 0x990E)
    data(2, 0x1880, 0x1889, 0x900C, 0x910E, 0x9C26, 0x3C01, 0x9426)
    beq(EDGE)
    b(PIXEL)
    label(EDGE)
    #: ldr r0, LINE0; ldr r1, IY; ldr r4, OY; ldr r2, [r3, stride_h]; add r1, r1, r2;
    #: ldr r5, [r3, row]; mul r2, r5; add r0, r0, r2; str r0, LINE0; str r1, IY; sub r4, 1;
    #: str r4, OY
    data(2, 0x9824, 0x9925, 0x9C27, 0x6B5A, 0x1889, 0x6A9D)
    data(2, 0x436A, 0x1880, 0x9024, 0x9125, 0x3C01, 0x9427)
    beq(END)
    b(LINE)
    label(END)
