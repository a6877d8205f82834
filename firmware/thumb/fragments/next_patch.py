"""The end of a pixel of a depthwise convolution: goes to the next one, or to the next row.

The frame is that of `copy_channels_patches`. Behind it, the flags say whether rows are left.
"""


def next_patch():
    #: ldr r3, P; ldr r0, Y; ldr r1, [r3, y_step]; add r0, r0, r1; str r0, Y; ldr r2, [r3, step];
    #: ldr r0, SRC; ldr r1, COLUMN; add r0, r0, r2; add r1, r1, r2; str r0, SRC; str r1, COLUMN;
    #: ldr r4, OX; sub r4, 1; str r4, OX
    data(2, 0x9B0F, 0x980E, 0x6C99, 0x1840, 0x900E, 0x6B5A, 0x9804, 0x9906)
    data(2, 0x1880, 0x1889, 0x9004, 0x9106, 0x9C17, 0x3C01, 0x9417)
    beq(EDGE)
    b(PIXEL)
    label(EDGE)
    #: ldr r0, LINE0; ldr r1, IY; ldr r4, OY; ldr r2, [r3, stride_h]; add r1, r1, r2;
    #: ldr r5, [r3, row]; mul r2, r5; add r0, r0, r2; str r0, LINE0; str r1, IY; sub r4, 1;
    #: str r4, OY
    data(2, 0x9815, 0x9916, 0x9C18, 0x6B1A, 0x1889, 0x6A5D)
    data(2, 0x436A, 0x1880, 0x9015, 0x9116, 0x3C01, 0x9418)
