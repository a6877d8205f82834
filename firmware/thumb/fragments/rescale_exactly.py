"""Rescales a sum in float32 as XNNPACK does: a sum times a float32, rounded half to even.

r0: the sum and its first word, r3: its range, r4: behind its words, see
`export/kernels/thumb_scales.py`. Continues at RESCALED with the output in r0; r4 to r7 are kept.
Each rounding adds 0x7FFFFFFF and the lowest bit that stays to the bits that are cut off, at the top
of a word: the carry rounds up. A result beyond 2**9 is only known to be beyond 2**8.
"""


def rescale_exactly():
    # r0: the sum, r2: the float32
    #: sub r4, 16; ldm r4!, {r2}; lsr r1, r3, 8; add r3, r3, r1; ldr r1, OFFSET; mul r3, r1;
    #: lsr r3, r3, 8; ldr r1, [r4, 4]; add r4, 12; cmp r1, 0; bne 2; mov r3, 1; lsl r3, r3, 29;
    #: sub r0, r0, r3
    data(2, 0x3C10, 0xCC04, 0x0A19, 0x185B, 0x9903, 0x434B, 0x0A1B)
    data(2, 0x6861, 0x340C, 0x2900, 0xD101, 0x2301, 0x075B, 0x1AC0)
    push({r4, r5, r6, r7})
    # r2: mantissa, r3: the point is so many bits from the right, r7: sign, r0: without sign
    #: lsl r3, r2, 25; lsr r3, r3, 25; sub r3, 24; lsr r2, r2, 7; mov r4, 1; lsl r4, r4, 23;
    #: orr r2, r4; asr r7, r0, 31; eor r0, r7; sub r0, r0, r7
    data(2, 0x0653, 0x0E5B, 0x3B18, 0x09D2, 0x2401, 0x05E4, 0x4322, 0x17C7, 0x4078, 0x1BC0)
    beq(SIGN)
    # r0 in 24 bits: cut r6 bits
    data(2, 0x2600, 0x0E01)  # mov r6, 0; lsr r1, r0, 24
    beq(FITS)
    label(CUTS)
    data(2, 0x3601, 0x0849)  # add r6, 1; lsr r1, r1, 1
    bne(CUTS)
    #: mov r1, 32; sub r1, r1, r6; mov r4, r0; lsl r4, r1; lsr r0, r6; lsl r5, r0, 31;
    #: lsr r5, r5, 31; add r4, r4, r5; mov r5, 0; mvn r5, r5; lsr r5, r5, 1; add r4, r4, r5;
    #: mov r5, 0; adc r0, r5; sub r3, r3, r6
    data(2, 0x2120, 0x1B89, 0x4604, 0x408C, 0x40F0, 0x07C5, 0x0FED, 0x1964)
    data(2, 0x2500, 0x43ED, 0x086D, 0x1964, 0x2500, 0x4168, 0x1B9B)
    label(FITS)
    lsr(r1, r0, 23)
    bne(NORMAL)
    data(2, 0x0040, 0x3301)  # lsl r0, r0, 1; add r3, 1
    b(FITS)
    label(NORMAL)
    # r0 * r2 = r1 * 2**24 + (r4 >> 8), from products of 12 bits
    #: lsr r1, r0, 12; lsl r4, r0, 20; lsr r4, r4, 20; lsr r5, r2, 12; lsl r6, r2, 20;
    #: lsr r6, r6, 20; mov r0, r4; mul r0, r6; mul r6, r1; mul r4, r5; mul r1, r5; add r4, r4, r6;
    #: lsr r5, r0, 12; add r4, r4, r5; lsr r5, r4, 12; add r1, r1, r5; lsl r4, r4, 20;
    #: lsl r0, r0, 20; lsr r0, r0, 12; orr r4, r0
    data(2, 0x0B01, 0x0504, 0x0D24, 0x0B15, 0x0516, 0x0D36, 0x4620, 0x4370, 0x434E, 0x436C)
    data(2, 0x4369, 0x19A4, 0x0B05, 0x1964, 0x0B25, 0x1949, 0x0524, 0x0500, 0x0B00, 0x4304)
    # r1: the product in 24 bits
    #: lsr r5, r1, 23; bne 3; add r4, r4, r4; adc r1, r1; add r3, 1; lsl r5, r1, 31; lsr r5, r5, 31;
    #: add r4, r4, r5; mov r6, 0; mvn r5, r6; lsr r5, r5, 1; add r4, r4, r5; adc r1, r6
    data(2, 0x0DCD, 0xD102, 0x1924, 0x4149, 0x3301, 0x07CD, 0x0FED)
    data(2, 0x1964, 0x2600, 0x43F5, 0x086D, 0x1964, 0x4171)
    # r0: without the r3 bits behind the point; shifts of 32 and more give 0
    #: mov r0, r1; cmp r3, 0; ble 10; mov r2, 32; sub r2, r2, r3; mov r4, r1; lsl r4, r2;
    #: lsr r0, r3; lsl r2, r0, 31; lsr r2, r2, 31; add r4, r4, r2; add r4, r4, r5; adc r0, r6
    data(2, 0x4608, 0x2B00, 0xDD09, 0x2220, 0x1AD2, 0x460C, 0x4094)
    data(2, 0x40D8, 0x07C2, 0x0FD2, 0x18A4, 0x1964, 0x4170)
    label(SIGN)
    data(2, 0x4078, 0x1BC0)  # eor r0, r7; sub r0, r0, r7
    pop({r4, r5, r6, r7})
    #: ldr r1, OFFSET; ldr r2, LOW; ldr r3, HIGH; add r0, r0, r1; add r0, r0, r2; cmp r0, r2; bge 1;
    #: mov r0, r2; cmp r0, r3; ble 1; mov r0, r3
    data(2, 0x9903, 0x9A01, 0x9B02, 0x1840, 0x1880, 0x4290)
    data(2, 0xDA00, 0x4610, 0x4298, 0xDD00, 0x4618)
    b(RESCALED)
