"""Depthwise windows of 3 x 3 whose outputs begin with level 0: channel by channel.

r0: x, r3: p, and the frame of `depthwise_conv_xnnpack`, which is its only user: it would be too
long. For each row of outputs, three padded rows of the image are copied to ROWS3. Then each channel
goes along them with its nine weights. Continues at EXACT where a result is in doubt, and comes back
to SURE; ends at END.
"""


def nine_taps():
    label(NINE)
    # windows of 3 x 3 from level 0 on: channel by channel, on three padded rows in ROWS3
    #: str r3, NINE; ldr r4, [r3, outputs]; str r4, OUTPUTS; ldr r4, [r3, patch_at]; add r4, r4, r0;
    #: str r4, ROWS3; mov r4, r3; add r4, bias; str r4, FIRST; ldr r4, [r3, rows]; str r4, ROWS;
    #: ldr r4, [r3, out_w]; ldr r5, [r3, y_step]; mov r11, r5; mul r5, r4; str r5, OUTS; sub r4, 1;
    #: ldr r5, [r3, step]; mul r4, r5; ldr r6, [r3, run]; add r4, r4, r6; str r4, WIDTH;
    #: sub r5, r5, r4; sub r5, r5, r4; mov r10, r5; ldr r1, [r3, x_at]; add r0, r0, r1;
    #: ldr r1, [r3, pad_top]; ldr r2, [r3, row]; str r2, ROW; neg r5, r1; str r5, IY; mul r1, r2;
    #: sub r0, r0, r1; str r0, LINE0; ldr r1, [r3, left]; sub r5, r4, r1; cmp r5, r2; ble 1;
    #: mov r5, r2; str r5, INSIDE; orr r1, r5; orr r1, r2; orr r1, r4; lsl r1, r1, 30;
    #: str r1, BYTES; ldr r1, [r3, activation_max]; add r1, 1; mov r8, r1; mov r1, 1;
    #: lsl r1, r1, 25; mov r9, r1; ldr r1, [r3, out_h]; str r1, OY; ldr r1, [r3, pad]; str r1, PADS
    data(2, 0x932C, 0x685C, 0x940D, 0x6D1C, 0x1824, 0x9425, 0x461C, 0x3454, 0x940C, 0x6A1C)
    data(2, 0x9414, 0x6C5C, 0x6C9D, 0x46AB, 0x4365, 0x952B, 0x3C01, 0x6B5D, 0x436C, 0x6ADE)
    data(2, 0x19A4, 0x9426, 0x1B2D, 0x1B2D, 0x46AA, 0x6899, 0x1840, 0x6B99, 0x6A5A, 0x9208)
    data(2, 0x424D, 0x9516, 0x4351, 0x1A40, 0x9015, 0x6BD9, 0x1A65, 0x4295, 0xDD00, 0x4615)
    data(2, 0x9527, 0x4329, 0x4311, 0x4321, 0x0789, 0x9112, 0x6999, 0x3101, 0x4688, 0x2101)
    data(2, 0x0649, 0x4689, 0x6C19, 0x9118, 0x6CD9, 0x9111)
    # padding everywhere
    data(2, 0x9825, 0x0062, 0x1912)  # ldr r0, ROWS3; lsl r2, r4, 1; add r2, r2, r4
    label(EDGES)
    sub(r2, 1)
    data(2, 0x5481)  # strb r1, [r0, r2]
    bne(EDGES)
    label(OUT_ROW)
    #: ldr r0, LINE0; str r0, SRC; ldr r1, IY; str r1, AT; ldr r1, ROWS3; ldr r3, P;
    #: ldr r2, [r3, left]; add r1, r1, r2; mov r4, 3; str r4, TAPS
    data(2, 0x9815, 0x9004, 0x9916, 0x9129, 0x9925, 0x9B0F, 0x6BDA, 0x1889, 0x2403, 0x942D)
    label(IN_ROW)
    # INSIDE bytes from r0 to r1
    #: ldr r3, INSIDE; ldr r4, AT; ldr r5, ROWS; ldr r6, BYTES; cmp r4, r5
    data(2, 0x9B27, 0x9C29, 0x9D14, 0x9E12, 0x42AC)
    bcs(BESIDE)
    cmp(r6, 0)
    bne(PIECE)
    label(PIECES)
    sub(r3, 4)
    data(2, 0x58C2, 0x50CA)  # ldr r2, [r0, r3]; str r2, [r1, r3]
    bne(PIECES)
    b(TAKEN)
    label(PIECE)
    sub(r3, 1)
    data(2, 0x5CC2, 0x54CA)  # ldrb r2, [r0, r3]; strb r2, [r1, r3]
    bne(PIECE)
    b(TAKEN)
    label(BESIDE)
    data(2, 0x9A11)  # ldr r2, PADS
    label(BLANK)
    sub(r3, 1)
    data(2, 0x54CA)  # strb r2, [r1, r3]
    bne(BLANK)
    label(TAKEN)
    #: ldr r2, ROW; add r0, r0, r2; ldr r2, WIDTH; add r1, r1, r2; add r4, 1; str r4, AT;
    #: ldr r2, TAPS; sub r2, 1; str r2, TAPS
    data(2, 0x9A08, 0x1880, 0x9A26, 0x1889, 0x3401, 0x9429, 0x9A2D, 0x3A01, 0x922D)
    bne(IN_ROW)
    #: ldr r0, FIRST; str r0, CHANNEL; str r2, AT; ldr r1, OUTPUTS; str r1, CHANNELS
    data(2, 0x980C, 0x9028, 0x9229, 0x990D, 0x912A)
    label(EACH)
    # r0 to r7: x, bytes of one and of two pixels, the sum, x, w, bytes of a row, y; r8: levels,
    # r9: NEAR, r10, r11: steps of x and y, r12: end of y, r14: the sum
    #: ldr r0, AT; ldr r5, W; add r5, r5, r0; ldr r1, OUTPUTS; add r7, sp, T0; ldrb r2, [r5, 0];
    #: add r5, r5, r1; ldrb r3, [r5, 0]; add r5, r5, r1; ldrb r4, [r5, 0]; add r5, r5, r1;
    #: sub r2, 128; sub r3, 128; sub r4, 128; stm r7!, {r2, r3, r4}; ldrb r2, [r5, 0];
    #: add r5, r5, r1; ldrb r3, [r5, 0]; add r5, r5, r1; ldrb r4, [r5, 0]; add r5, r5, r1;
    #: sub r2, 128; sub r3, 128; sub r4, 128; stm r7!, {r2, r3, r4}; ldrb r2, [r5, 0];
    #: add r5, r5, r1; ldrb r3, [r5, 0]; add r5, r5, r1; ldrb r4, [r5, 0]; sub r2, 128; sub r3, 128;
    #: sub r4, 128; stm r7!, {r2, r3, r4}; ldr r5, CHANNEL; ldm r5!, {r2, r3, r4}; lsr r3, r3, 13;
    #: stm r7!, {r2, r3, r4}; str r5, CHANNEL; ldr r7, Y; add r7, r7, r0; ldr r5, OUTS;
    #: add r5, r5, r7; mov r12, r5; ldr r5, ROWS3; add r0, r0, r5; lsl r2, r1, 1; ldr r6, WIDTH
    data(2, 0x9829, 0x9D0B, 0x182D, 0x990D, 0xAF19, 0x782A, 0x186D, 0x782B, 0x186D, 0x782C)
    data(2, 0x186D, 0x3A80, 0x3B80, 0x3C80, 0xC71C, 0x782A, 0x186D, 0x782B, 0x186D, 0x782C)
    data(2, 0x186D, 0x3A80, 0x3B80, 0x3C80, 0xC71C, 0x782A, 0x186D, 0x782B, 0x186D, 0x782C)
    data(2, 0x3A80, 0x3B80, 0x3C80, 0xC71C, 0x9D28, 0xCD1C, 0x0B5B, 0xC71C, 0x9528, 0x9F0E)
    data(2, 0x183F, 0x9D2B, 0x19ED, 0x46AC, 0x9D25, 0x1940, 0x004A, 0x9E26)
    label(WINDOW)
    #: ldrb r3, [r0, 0]; ldr r5, T0; mul r3, r5; ldrb r4, [r0, r1]; ldr r5, T1; mul r4, r5;
    #: add r3, r3, r4; ldrb r4, [r0, r2]; ldr r5, T2; mul r4, r5; add r3, r3, r4; add r0, r0, r6;
    #: ldrb r4, [r0, 0]; ldr r5, T3; mul r4, r5; add r3, r3, r4; ldrb r4, [r0, r1]; ldr r5, T4;
    #: mul r4, r5; add r3, r3, r4; ldrb r4, [r0, r2]; ldr r5, T5; mul r4, r5; add r3, r3, r4;
    #: add r0, r0, r6; ldrb r4, [r0, 0]; ldr r5, T6; mul r4, r5; add r3, r3, r4; ldrb r4, [r0, r1];
    #: ldr r5, T7; mul r4, r5; add r3, r3, r4; ldrb r4, [r0, r2]; ldr r5, T8; mul r4, r5;
    #: add r3, r3, r4; ldr r4, BIAS; add r3, r3, r4
    data(2, 0x7803, 0x9D19, 0x436B, 0x5C44, 0x9D1A, 0x436C, 0x191B, 0x5C84, 0x9D1B, 0x436C)
    data(2, 0x191B, 0x1980, 0x7804, 0x9D1C, 0x436C, 0x191B, 0x5C44, 0x9D1D, 0x436C, 0x191B)
    data(2, 0x5C84, 0x9D1E, 0x436C, 0x191B, 0x1980, 0x7804, 0x9D1F, 0x436C, 0x191B, 0x5C44)
    data(2, 0x9D20, 0x436C, 0x191B, 0x5C84, 0x9D21, 0x436C, 0x191B, 0x9C22, 0x191B)
    ble(BELOW)
    #: mov lr, r3; ldr r5, SCALE; asr r4, r3, 10; mul r4, r5; lsl r3, r3, 22; lsr r3, r3, 22;
    #: mul r3, r5; lsr r3, r3, 10; add r3, r3, r4; ldr r5, HALF; add r3, r3, r5; mov r4, r3;
    #: ror r4, r5; add r4, r9; lsr r4, r4, 26
    data(2, 0x469E, 0x9D23, 0x129C, 0x436C, 0x059B, 0x0D9B, 0x436B, 0x0A9B)
    data(2, 0x191B, 0x9D24, 0x195B, 0x461C, 0x41EC, 0x444C, 0x0EA4)
    beq(UNSURE)
    asr(r3, r5)
    label(SURE)
    data(2, 0x4543)  # cmp r3, r8
    bcs(OVER)
    label(WRITE)
    #: strb r3, [r7, 0]; add r0, r10; add r7, r11; cmp r7, r12
    data(2, 0x703B, 0x4450, 0x445F, 0x4567)
    bne(WINDOW)
    #: ldr r0, AT; add r0, 1; str r0, AT; ldr r1, CHANNELS; sub r1, 1; str r1, CHANNELS
    data(2, 0x9829, 0x3001, 0x9029, 0x992A, 0x3901, 0x912A)
    bne(MORE)
    b(LAST)
    label(MORE)
    b(EACH)
    label(BELOW)
    mov(r3, 0)
    b(WRITE)
    label(OVER)
    data(2, 0x4643, 0x3B01)  # mov r3, r8; sub r3, 1
    b(WRITE)
    label(UNSURE)
    #: str r0, SRC; mov r0, lr; ldr r4, CHANNEL; sub r4, 8; ldm r4!, {r2, r3}
    data(2, 0x9004, 0x4670, 0x9C28, 0x3C08, 0xCC0C)
    b(EXACT)
    label(LAST)
    #: ldr r3, P; ldr r0, LINE0; ldr r1, [r3, stride_h]; ldr r2, IY; add r2, r2, r1; str r2, IY;
    #: ldr r2, ROW; mul r1, r2; add r0, r0, r1; str r0, LINE0; ldr r0, Y; ldr r1, OUTS;
    #: add r0, r0, r1; str r0, Y; ldr r1, OY; sub r1, 1; str r1, OY
    data(2, 0x9B0F, 0x9815, 0x6B19, 0x9A16, 0x1852, 0x9216, 0x9A08, 0x4351, 0x1840)
    data(2, 0x9015, 0x980E, 0x992B, 0x1840, 0x900E, 0x9918, 0x3901, 0x9118)
    beq(END)
    b(OUT_ROW)
