"""Lines that assembly kernels of the wide Fourier transform share: a number, turned.

Products are of parts, so that every number fits 32 bits; 40 rounds them, with what is lost on
average in parts.
"""


# r2, r3: a number; r8, r9: cosine and sine without their 5 low bits, which are in r10 and r11.
# Later r6, r5: the number, turned. r4, r7: changed.
def turned():
    # r4, r5: the 14 low bits of the number; r6, r5: their product
    #: lsl r4, r2, 18; lsr r4, r4, 18; lsl r5, r3, 18; lsr r5, r5, 18; asr r2, r2, 14;
    #: asr r3, r3, 14; mov r6, r8; mul r6, r4; mov r7, r9; mul r4, r7; mul r7, r5; add r6, r6, r7;
    #: mov r7, r8; mul r5, r7; sub r5, r5, r4; asr r6, r6, 9; asr r5, r5, 9; mov r4, r10;
    #: mov r7, r4; mul r4, r2; mul r7, r3; add r6, r6, r4; add r5, r5, r7; mov r4, r11; mov r7, r4;
    #: mul r4, r3; mul r7, r2; add r6, r6, r4; sub r5, r5, r7; add r6, 40; add r5, 40;
    #: asr r6, r6, 5; asr r5, r5, 5; mov r4, r8; mov r7, r4; mul r4, r2; mul r7, r3; add r6, r6, r4;
    #: add r5, r5, r7; mov r4, r9; mul r3, r4; mul r2, r4; add r6, r6, r3; sub r5, r5, r2;
    #: asr r6, r6, 1; asr r5, r5, 1
    data(2, 0x0494, 0x0CA4, 0x049D, 0x0CAD, 0x1392, 0x139B, 0x4646, 0x4366, 0x464F, 0x437C)
    data(2, 0x436F, 0x19F6, 0x4647, 0x437D, 0x1B2D, 0x1276, 0x126D, 0x4654, 0x4627, 0x4354)
    data(2, 0x435F, 0x1936, 0x19ED, 0x465C, 0x4627, 0x435C, 0x4357, 0x1936, 0x1BED, 0x3628)
    data(2, 0x3528, 0x1176, 0x116D, 0x4644, 0x4627, 0x4354, 0x435F, 0x1936, 0x19ED, 0x464C)
    data(2, 0x4363, 0x4362, 0x18F6, 0x1AAD, 0x1076, 0x106D)
