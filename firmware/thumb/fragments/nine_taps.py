"""Depthwise windows of 3 x 3 on images padded with 0, whose outputs begin with level 0.

r3: p, and the frame of `depthwise_conv_xnnpack`, which is its only user: it would be too long. For
each channel and column of outputs, it goes down the rows of the image: a value that is not zero is
multiplied by the three weights of its column, for the three outputs that see it. Columns beside the
image have weights of 0. Continues at DOUBT where a result is in doubt, and comes back to WRITE;
ends at END.
"""


def nine_taps():
    # T0 to T8: the weights of a channel, BIAS, FACTOR, TOP: its first, factor and range. CHANNEL:
    # behind its parameters. X, YCHANNEL: its place in x and y, YCOLUMN, YAT: a column's and an
    # output's. YEND, XEND: behind the last rows of a column. YSPAN, SPAN: bytes from the first to
    # there, OUTS: from row to row of y. WAIT: rows until the next output, UPTO: the first of a
    # column. LEFT, RIGHT: r1 and r2.
    #: ldr r4, [r3, row]; str r4, ROW; ldr r5, [r3, stride_h]; str r5, STRIDE; ldr r1, [r3, out_h];
    #: sub r2, r1, 1; mul r2, r5; add r2, 3; ldr r5, [r3, pad_top]; sub r2, r2, r5; mov r6, 3;
    #: sub r6, r6, r5; str r6, UPTO; ldr r5, [r3, rows]; cmp r2, r5; ble 1; mov r2, r5; mul r2, r4;
    #: str r2, SPAN; ldr r4, [r3, y_step]; ldr r5, [r3, out_w]; mul r4, r5; str r4, OUTS;
    #: mul r4, r1; str r4, YSPAN; ldr r4, FIRST; str r4, CHANNEL; ldr r4, OUTPUTS; str r4, CHANNELS;
    #: str r4, NINE; ldr r4, Y; str r4, YCHANNEL
    data(2, 0x6A5C, 0x9408, 0x6B1D, 0x9531, 0x6C19, 0x1E4A, 0x436A, 0x3203)
    data(2, 0x6B9D, 0x1B52, 0x2603, 0x1B76, 0x9632, 0x6A1D, 0x42AA, 0xDD00)
    data(2, 0x462A, 0x4362, 0x922F, 0x6C9C, 0x6C5D, 0x436C, 0x942D, 0x434C)
    data(2, 0x942C, 0x9C0C, 0x9425, 0x9C0D, 0x9426, 0x9410, 0x9C0E, 0x9428)
    label(EACH)
    #: ldr r0, W; ldr r1, OUTPUTS; add r5, sp, T0; mov r6, 3; mov r7, r0
    data(2, 0x980B, 0x990D, 0xAD19, 0x2603, 0x4607)
    label(TAPS)
    #: ldrb r2, [r0, 0]; add r0, r0, r1; ldrb r3, [r0, 0]; add r0, r0, r1; ldrb r4, [r0, 0];
    #: add r0, r0, r1; sub r2, 128; sub r3, 128; sub r4, 128; stm r5!, {r2, r3, r4}; sub r6, 1
    data(2, 0x7802, 0x1840, 0x7803, 0x1840, 0x7804, 0x1840)
    data(2, 0x3A80, 0x3B80, 0x3C80, 0xC51C, 0x3E01)
    bne(TAPS)
    #: add r7, 1; str r7, W; ldr r0, CHANNEL; add r0, 4; ldm r0!, {r1, r2, r3};
    #: stm r5!, {r1, r2, r3}; str r0, CHANNEL; ldr r0, YCHANNEL; str r0, YCOLUMN; ldr r3, P;
    #: ldr r0, [r3, out_w]; str r0, OX; ldr r0, [r3, left]; neg r0, r0; str r0, COLUMN
    data(2, 0x3701, 0x970B, 0x9825, 0x3004, 0xC80E, 0xC50E, 0x9025, 0x9828)
    data(2, 0x9029, 0x9B0F, 0x6C58, 0x9017, 0x6BD8, 0x4240, 0x9006)
    label(DOWN)
    # r0, r1, r2: middle column, left and right of it, r5, r6, r7: sums that lack 1, 2 and 3 rows,
    # r8 to r10, r11 to r14: weights of the left and right column
    #: ldr r0, COLUMN; ldr r4, OUTPUTS; neg r1, r4; ldr r5, T0; ldr r6, T3; ldr r7, T6; cmp r0, 0;
    #: bge 4; mov r1, 0; mov r5, r1; mov r6, r1; mov r7, r1; mov r8, r5; mov r9, r6; mov r10, r7;
    #: add r0, r0, r4; add r3, r0, r4; mov r2, r4; ldr r5, T2; ldr r6, T5; ldr r7, T8; ldr r4, ROW;
    #: cmp r3, r4; blt 4; mov r2, 0; mov r5, r2; mov r6, r2; mov r7, r2; mov r11, r5; mov r12, r6;
    #: mov lr, r7; str r1, LEFT; str r2, RIGHT; ldr r3, X; add r0, r0, r3; ldr r3, SPAN;
    #: add r3, r3, r0; str r3, XEND; ldr r3, YCOLUMN; str r3, YAT; ldr r4, YSPAN; add r3, r3, r4;
    #: str r3, YEND; ldr r3, UPTO; str r3, WAIT; ldr r5, BIAS; mov r6, r5; mov r7, r5
    data(2, 0x9806, 0x9C0D, 0x4261, 0x9D19, 0x9E1C, 0x9F1F, 0x2800, 0xDA03, 0x2100, 0x460D)
    data(2, 0x460E, 0x460F, 0x46A8, 0x46B1, 0x46BA, 0x1900, 0x1903, 0x4622, 0x9D1B, 0x9E1E)
    data(2, 0x9F21, 0x9C08, 0x42A3, 0xDB03, 0x2200, 0x4615, 0x4616, 0x4617, 0x46AB, 0x46B4)
    data(2, 0x46BE, 0x9133, 0x9234, 0x9B27, 0x18C0, 0x9B2F, 0x181B, 0x932E, 0x9B29)
    data(2, 0x932A, 0x9C2C, 0x191B, 0x932B, 0x9B32, 0x9330, 0x9D22, 0x462E, 0x462F)
    label(INPUTS)
    #: ldrb r3, [r0, r1]; cmp r3, 0; beq 9; mov r4, r10; mul r4, r3; add r5, r5, r4; mov r4, r9;
    #: mul r4, r3; add r6, r6, r4; mov r4, r8; mul r4, r3; add r7, r7, r4; ldrb r3, [r0, 0];
    #: cmp r3, 0; beq 9; ldr r4, T7; mul r4, r3; add r5, r5, r4; ldr r4, T4; mul r4, r3;
    #: add r6, r6, r4; ldr r4, T1; mul r4, r3; add r7, r7, r4; ldrb r3, [r0, r2]; cmp r3, 0; beq 9;
    #: mov r4, lr; mul r4, r3; add r5, r5, r4; mov r4, r12; mul r4, r3; add r6, r6, r4; mov r4, r11;
    #: mul r4, r3; add r7, r7, r4
    data(2, 0x5C43, 0x2B00, 0xD008, 0x4654, 0x435C, 0x192D, 0x464C, 0x435C, 0x1936)
    data(2, 0x4644, 0x435C, 0x193F, 0x7803, 0x2B00, 0xD008, 0x9C20, 0x435C, 0x192D)
    data(2, 0x9C1D, 0x435C, 0x1936, 0x9C1A, 0x435C, 0x193F, 0x5C83, 0x2B00, 0xD008)
    data(2, 0x4674, 0x435C, 0x192D, 0x4664, 0x435C, 0x1936, 0x465C, 0x435C, 0x193F)
    label(ROW_DONE)
    data(2, 0x9B30, 0x3B01)  # ldr r3, WAIT; sub r3, 1
    bne(WAITING)
    data(2, 0x9C31, 0x9430, 0x2D00)  # ldr r4, STRIDE; str r4, WAIT; cmp r5, 0
    ble(WRITE)
    data(2, 0x9B24, 0x429D)  # ldr r3, TOP; cmp r5, r3
    bcs(OVER)
    #: ldr r3, FACTOR; mul r3, r5; ldr r4, ROUND; add r3, r3, r4; lsl r4, r3, 8; lsr r4, r4, 26
    data(2, 0x9B23, 0x436B, 0x9C00, 0x191B, 0x021C, 0x0EA4)
    beq(UNSURE)
    lsr(r3, r3, 24)
    label(WRITE)
    #: ldr r4, YAT; strb r3, [r4, 0]; ldr r3, OUTS; add r4, r4, r3; str r4, YAT
    data(2, 0x9C2A, 0x7023, 0x9B2D, 0x18E4, 0x942A)
    label(ROTATE)
    #: mov r5, r6; mov r6, r7; ldr r7, BIAS; ldr r3, ROW; add r0, r0, r3; ldr r3, XEND; cmp r0, r3
    data(2, 0x4635, 0x463E, 0x9F22, 0x9B08, 0x18C0, 0x9B2E, 0x4298)
    bcc(INPUTS)
    # outputs whose last rows are padding
    data(2, 0x9B2A, 0x9C2B, 0x42A3)  # ldr r3, YAT; ldr r4, YEND; cmp r3, r4
    bne(ROW_DONE)
    #: ldr r3, P; ldr r4, [r3, step]; ldr r5, COLUMN; add r5, r5, r4; str r5, COLUMN;
    #: ldr r4, [r3, y_step]; ldr r5, YCOLUMN; add r5, r5, r4; str r5, YCOLUMN; ldr r5, OX;
    #: sub r5, 1; str r5, OX
    data(2, 0x9B0F, 0x6B5C, 0x9D06, 0x192D, 0x9506, 0x6C9C)
    data(2, 0x9D29, 0x192D, 0x9529, 0x9D17, 0x3D01, 0x9517)
    beq(DOWN_ALL)
    b(DOWN)
    label(DOWN_ALL)
    #: ldr r4, X; add r4, 1; str r4, X; ldr r4, YCHANNEL; add r4, 1; str r4, YCHANNEL;
    #: ldr r4, CHANNELS; sub r4, 1; str r4, CHANNELS
    data(2, 0x9C27, 0x3401, 0x9427, 0x9C28, 0x3401, 0x9428, 0x9C26, 0x3C01, 0x9426)
    beq(LAST)
    b(EACH)
    label(LAST)
    b(END)
    label(WAITING)
    data(2, 0x9330)  # str r3, WAIT
    b(ROTATE)
    label(OVER)
    data(2, 0x9B23, 0x2B00)  # ldr r3, FACTOR; cmp r3, 0
    beq(UNSURE)
    data(2, 0x9B02)  # ldr r3, HIGH
    b(WRITE)
    label(UNSURE)
    data(2, 0x9004, 0x4628, 0x9B24, 0x9C25)  # str r0, SRC; mov r0, r5; ldr r3, TOP; ldr r4, CHANNEL
    b(DOUBT)
