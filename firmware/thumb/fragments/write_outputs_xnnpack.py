"""The end of a convolution: writes a block's outputs, then goes to the next block, pixel or row.

S0 to S7: the sums; r8: a correction to add to each. Continues at BLOCK, or at PIXEL or LINE of
`copy_patches`. `rescale_exactly` follows.
"""


def write_outputs_xnnpack():
    # r9 to r12, r14: LEAST to LOW, r5: parameters, r6: end of y, r7: from -count to 0
    #: add r4, sp, LEAST; ldm r4!, {r0, r1, r2, r3, r5}; mov r9, r0; mov r10, r1; mov r11, r2;
    #: mov r12, r3; mov lr, r5; ldr r5, CHANNEL; ldr r6, OUT; ldr r7, LEFT; cmp r7, 8; ble 1;
    #: mov r7, 8; add r6, r6, r7; neg r7, r7; mov r4, sp
    data(2, 0xAC28, 0xCC2F, 0x4681, 0x468A, 0x4693, 0x469C, 0x46AE, 0x9D18)
    data(2, 0x9E1A, 0x9F19, 0x2F08, 0xDD00, 0x2708, 0x19F6, 0x427F, 0x466C)
    label(OUTPUT)
    #: ldm r4!, {r0}; ldm r5!, {r1, r2, r3}; add r0, r8; add r0, r0, r1; cmp r0, r9
    data(2, 0xCC01, 0xCD0E, 0x4440, 0x1840, 0x4548)
    ble(LOWEST)
    # the sum times the upper 17 bits of the mantissa, and a half: near a whole number, in doubt
    #: lsr r2, r2, 13; asr r1, r0, 10; mul r1, r2; lsl r0, r0, 22; lsr r0, r0, 22; mul r0, r2;
    #: lsr r0, r0, 10; add r0, r0, r1; add r0, r0, r3; mov r1, r0; ror r1, r3; add r1, r10;
    #: lsr r1, r1, 26
    data(2, 0x0B52, 0x1281, 0x4351, 0x0580, 0x0D80, 0x4350, 0x0A80)
    data(2, 0x1840, 0x18C0, 0x4601, 0x41D9, 0x4451, 0x0E89)
    beq(DOUBT)
    asr(r0, r3)
    label(ROUNDED)
    data(2, 0x4460, 0x4558)  # add r0, r12; cmp r0, r11
    bcs(OUTSIDE)
    label(INSIDE)
    data(2, 0x4470, 0x55F0, 0x3701)  # add r0, lr; strb r0, [r6, r7]; add r7, 1
    bne(OUTPUT)
    #: str r5, CHANNEL; str r6, OUT; ldr r7, LEFT; sub r7, 8; str r7, LEFT
    data(2, 0x9518, 0x961A, 0x9F19, 0x3F08, 0x9719)
    ble(DONE)
    b(BLOCK)
    label(OUTSIDE)
    cmp(r0, 0)
    blt(LOWEST)
    data(2, 0x4658, 0x3801)  # mov r0, r11; sub r0, 1
    b(INSIDE)
    label(LOWEST)
    mov(r0, 0)
    b(INSIDE)
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
    bgt(AGAIN)
    b(END)
    label(AGAIN)
    b(LINE)
    label(DOUBT)
    #: sub r4, 4; sub r5, 12; ldm r4!, {r0}; ldm r5!, {r1, r2, r3}; add r0, r8; add r0, r0, r1
    data(2, 0x3C04, 0x3D0C, 0xCC01, 0xCD0E, 0x4440, 0x1840)
