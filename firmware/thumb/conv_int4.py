"""The convolution with weights of 4 bits in Thumb-1 assembly.

x: the image, uint8, word aligned, row by row, channels last, and in the same buffer, at patch_at,
word aligned too, room for a patch: k_h rows of `run` bytes, and on to a whole word.
w: blocks of 8 output channels; in a block, for each input of a patch (padded to a multiple of 4
with 8s), 4 bytes, weight + 8 of every channel, the first in the lowest 4 bits; then the table.
y: bytes or words.

Each patch is copied to its place, then multiplied block by block, 16 inputs at a time: so many
products, 15 * 255 at most, add up in 16 bits. So one multiplication does for two outputs, those
four places apart in a word of weights. Weights that are not word aligned are first copied to the
stack.

A zero input costs 2 or 3 instructions and any other 19 or 20, for 8 channels.
`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by their names, `beq n` for a branch over n of them, and
`r9 += x(r4 >> 4 & r5)` for `lsr(r3, r4, 4)`, `and_(r3, r5)`, `mul(r3, r2)`, and r3 added to r9.
"""

import micropython


# p: inputs (k_h * run), outputs, x_at, y_at, zero_point, activation_min, activation_max, table (its
# place in w, or 0), wide, pieces, rows, row (bytes of one), k_h, run (bytes of a patch's row),
# stride_h, step (bytes from patch to patch), pad_top, left (bytes of padding), out_h, out_w, y_step
# (entries from pixel to pixel), pad (what stands in the padding), patch_at, then bias, multiplier
# and shift of each output. pieces is for other kernels.
@micropython.asm_thumb
def conv_int4(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: S0 0, S1 4, S2 8, S3 12, S4 16, S5 20, S6 24, S7 28, BUFFER 32, ROUND 96, MIN 100,
    # MOST 104, MAX 108, SRC 112, PATCH 116, COLUMN 120, LIMIT 124, ROW 128, RUN 132, KH 136, W 140,
    # FIRST 144, OUTPUTS 148, Y 152, WEIGHTS 156, CHANNEL 160, LEFT 164, OUT 168, P 172, END 176,
    # TABLE 180, WIDE 184, YSTEP 188, PADS 192, BYTES 196, COLUMNS 200, ROWS 204, LINE0 208, IY 212,
    # OX 216, OY 220, FRAME 224
    # S0 to S7: sums. ROUND: 2 * zero_point + 1. SRC: a patch's place in x, LINE0: that of a row's
    # first. LIMIT: the first column that is clipped. WEIGHTS to OUT: the next block's.
    #: sub sp, FRAME; str r1, W; str r3, P; ldr r4, [r3, wide]; lsl r4, r4, 1; ldr r5, [r3, y_at];
    #: lsl r5, r4; add r2, r2, r5; ldr r6, [r3, y_step]; lsl r6, r4; str r2, Y; str r4, WIDE;
    #: str r6, YSTEP
    data(2, 0xB0B8, 0x9123, 0x932B, 0x6A1C, 0x0064, 0x68DD, 0x40A5)
    data(2, 0x1952, 0x6D1E, 0x40A6, 0x9226, 0x942E, 0x962F)
    # r4: 0 if there is neither a table nor more than bytes
    #: ldr r5, [r3, table]; orr r4, r5; cmp r5, 0; beq 1; add r5, r5, r1; str r5, TABLE;
    #: ldr r6, [r3, zero_point]; lsl r6, r6, 1; add r6, 1; ldr r5, [r3, activation_min];
    #: ldr r7, [r3, activation_max]; str r6, ROUND; str r5, MIN; str r7, MAX
    data(2, 0x69DD, 0x432C, 0x2D00, 0xD000, 0x186D, 0x952D, 0x691E)
    data(2, 0x0076, 0x3601, 0x695D, 0x699F, 0x9618, 0x9519, 0x971B)
    # with a table or wide outputs, MOST is below all outputs: they take the way of those above it
    #: cmp r4, 0; beq 2; mov r7, 1; lsl r7, r7, 31; str r7, MOST; ldr r4, [r3, pad]; lsl r5, r4, 8;
    #: orr r4, r5; lsl r5, r4, 16; orr r4, r5; str r4, PADS; ldr r4, [r3, patch_at]; add r4, r4, r0;
    #: str r4, PATCH
    data(2, 0x2C00, 0xD001, 0x2701, 0x07FF, 0x971A, 0x6D5C, 0x0225)
    data(2, 0x432C, 0x0425, 0x432C, 0x9430, 0x6D9C, 0x1824, 0x941D)
    # the patch has zeros up to a whole word
    data(2, 0x681D, 0x192D, 0x2600)  # ldr r5, [r3, inputs]; add r5, r5, r4; mov r6, 0
    b(ALIGN)
    label(ZEROS)
    strb(r6, [r5, 0])
    add(r5, 1)
    label(ALIGN)
    lsl(r7, r5, 30)
    bne(ZEROS)
    #: str r5, END; mov r4, r3; add r4, bias; ldr r6, [r3, outputs]; str r4, FIRST; str r6, OUTPUTS
    data(2, 0x952C, 0x461C, 0x345C, 0x685E, 0x9424, 0x9625)
    # r7: from where on a window leaves the image, among the columns, then among the rows
    #: ldr r4, [r3, row]; ldr r5, [r3, run]; ldr r6, [r3, k_h]; str r4, ROW; str r5, RUN;
    #: str r6, KH; sub r7, r4, r5; add r7, 1; bpl 1; mov r7, 0; str r7, COLUMNS; ldr r7, [r3, rows];
    #: sub r7, r7, r6; add r7, 1; bpl 1; mov r7, 0; str r7, ROWS
    data(2, 0x6ADC, 0x6B5D, 0x6B1E, 0x9420, 0x9521, 0x9622, 0x1B67, 0x3701, 0xD500)
    data(2, 0x2700, 0x9732, 0x6A9F, 0x1BBF, 0x3701, 0xD500, 0x2700, 0x9733)
    # r5: 0 if all is whole words, r0: where the first window begins in x, or would
    #: ldr r1, [r3, x_at]; add r0, r0, r1; ldr r1, [r3, step]; ldr r2, [r3, left]; orr r5, r4;
    #: orr r5, r1; orr r5, r2; lsl r5, r5, 30; sub r0, r0, r2; ldr r1, [r3, pad_top]; mul r4, r1;
    #: sub r0, r0, r4; neg r1, r1; ldr r4, [r3, out_h]; str r5, BYTES; str r0, LINE0; str r1, IY;
    #: str r4, OY
    data(2, 0x6899, 0x1840, 0x6BD9, 0x6C5A, 0x4325, 0x430D, 0x4315, 0x07AD, 0x1A80)
    data(2, 0x6C19, 0x434C, 0x1B00, 0x4249, 0x6C9C, 0x9531, 0x9034, 0x9135, 0x9437)
    label(LINE)
    # r0: the first window of a row, r1: its first row, r3: p
    #: ldr r5, ROWS; ldr r6, COLUMNS; cmp r1, r5; bcc 1; mov r6, 0; ldr r4, [r3, left]; neg r4, r4;
    #: ldr r5, [r3, out_w]; str r6, LIMIT; str r4, COLUMN; str r5, OX; str r0, SRC
    data(2, 0x9D33, 0x9E32, 0x42A9, 0xD300, 0x2600, 0x6C5C)
    data(2, 0x4264, 0x6CDD, 0x961F, 0x941E, 0x9536, 0x901C)
    label(PIXEL)
    # r0: x, r1: patch, r2: column, r3: from which on it is clipped, r4: row, r5: run, r6: k_h
    #: add r7, sp, SRC; ldm r7!, {r0, r1, r2, r3, r4, r5, r6}; cmp r2, r3
    data(2, 0xAF1C, 0xCF7F, 0x429A)
    bcs(CLIP)
    mov(r7, r5)
    label(COPY)
    # r6 runs of r7 bytes
    data(2, 0x9A31, 0x2A00)  # ldr r2, BYTES; cmp r2, 0
    beq(WORDS)
    label(BYTES)
    mov(r3, r7)
    label(BYTE)
    sub(r3, 1)
    data(2, 0x5CC2, 0x54CA)  # ldrb r2, [r0, r3]; strb r2, [r1, r3]
    bne(BYTE)
    data(2, 0x1900, 0x1949, 0x3E01)  # add r0, r0, r4; add r1, r1, r5; sub r6, 1
    bne(BYTES)
    b(READY)
    label(WORDS)
    mov(r3, r7)
    label(WORD)
    sub(r3, 4)
    data(2, 0x58C2, 0x50CA)  # ldr r2, [r0, r3]; str r2, [r1, r3]
    bne(WORD)
    data(2, 0x1900, 0x1949, 0x3E01)  # add r0, r0, r4; add r1, r1, r5; sub r6, 1
    bne(WORDS)
    b(READY)
    label(CLIP)
    # all of the patch is padding, then r0, r1, r6 and r7 are cut to what is in the image
    #: mov r3, r5; mul r3, r6; ldr r7, BYTES; cmp r7, 0; ldr r7, PADS
    data(2, 0x462B, 0x4373, 0x9F31, 0x2F00, 0x9F30)
    beq(FILL)
    label(PADDING)
    sub(r3, 1)
    data(2, 0x54CF)  # strb r7, [r1, r3]
    bne(PADDING)
    b(CUT)
    label(FILL)
    sub(r3, 4)
    data(2, 0x50CF)  # str r7, [r1, r3]
    bne(FILL)
    label(CUT)
    #: mov r7, r5; cmp r2, 0; bge 3; sub r0, r0, r2; sub r1, r1, r2; add r7, r7, r2; add r3, r2, r5;
    #: sub r3, r3, r4; ble 1; sub r7, r7, r3; ldr r2, IY; cmp r2, 0; bge 7; add r6, r6, r2;
    #: mov r3, r2; mul r3, r4; sub r0, r0, r3; mul r2, r5; sub r1, r1, r2; mov r2, 0; ldr r3, P;
    #: ldr r3, [r3, rows]; sub r3, r2, r3; add r3, r3, r6
    data(2, 0x462F, 0x2A00, 0xDA02, 0x1A80, 0x1A89, 0x18BF, 0x1953, 0x1B1B)
    data(2, 0xDD00, 0x1AFF, 0x9A35, 0x2A00, 0xDA06, 0x18B6, 0x4613, 0x4363)
    data(2, 0x1AC0, 0x436A, 0x1A89, 0x2200, 0x9B2B, 0x6A9B, 0x1AD3, 0x199B)
    ble(COPY)
    sub(r6, r6, r3)
    b(COPY)
    label(READY)
    # the block's weights, parameters, count and place of y
    #: add r7, sp, W; ldm r7!, {r0, r1, r2, r3}; stm r7!, {r0, r1, r2, r3}
    data(2, 0xAF23, 0xCF0F, 0xC70F)
    label(BLOCK)
    #: mov r2, 0; mov r3, r2; mov r4, r2; mov r5, r2; mov lr, r2; mov r6, sp;
    #: stm r6!, {r2, r3, r4, r5}; stm r6!, {r2, r3, r4, r5}; ldr r0, PATCH; ldr r1, WEIGHTS
    data(2, 0x2200, 0x4613, 0x4614, 0x4615, 0x4696, 0x466E, 0xC63C, 0xC63C, 0x981D, 0x9927)
    label(GROUP)
    # r7: the end of at most 16 inputs: no sum of products in 16 bits is more than they hold
    #: mov r7, r0; add r7, 16; ldr r3, END; cmp r7, r3; bls 1; mov r7, r3; sub r2, r7, r0;
    #: lsl r2, r2, 2; add r3, r1, r2; str r3, WEIGHTS; lsl r4, r1, 30
    data(2, 0x4607, 0x3710, 0x9B2C, 0x429F, 0xD900, 0x461F, 0x1A3A, 0x0092, 0x188B, 0x9327, 0x078C)
    beq(ALIGNED)
    data(2, 0xAC08)  # add r4, sp, BUFFER
    label(MOVE)
    sub(r2, 1)
    data(2, 0x5C8B, 0x54A3)  # ldrb r3, [r1, r2]; strb r3, [r4, r2]
    bne(MOVE)
    mov(r1, r4)
    label(ALIGNED)
    # r5: 0xF000F; sums: r9 to r11 of two outputs each, r8 of all eight on top of each other
    #: mov r2, 0; mov r8, r2; mov r9, r2; mov r10, r2; mov r11, r2; mov r2, 15; lsl r5, r2, 16;
    #: orr r5, r2
    data(2, 0x2200, 0x4690, 0x4691, 0x4692, 0x4693, 0x220F, 0x0415, 0x4315)
    label(INPUT)
    data(2, 0xC840)  # ldm r0!, {r6}
    cmp(r6, 0)
    beq(ZERO)
    #: lsl r2, r6, 24; beq 17; lsr r2, r2, 24; add lr, r2; ldr r4, [r1, 0]; r9 += x(r4 >> 4 & r5);
    #: r10 += x(r4 >> 8 & r5); r11 += x(r4 >> 12 & r5); r8 += x(r4)
    data(2, 0x0632, 0xD010, 0x0E12, 0x4496, 0x680C, 0x0923, 0x402B, 0x4353, 0x4499, 0x0A23)
    data(2, 0x402B, 0x4353, 0x449A, 0x0B23, 0x402B, 0x4353, 0x449B, 0x4354, 0x44A0)
    #: lsl r2, r6, 16; lsr r2, r2, 24; beq 16; add lr, r2; ldr r4, [r1, 4]; r9 += x(r4 >> 4 & r5);
    #: r10 += x(r4 >> 8 & r5); r11 += x(r4 >> 12 & r5); r8 += x(r4)
    data(2, 0x0432, 0x0E12, 0xD00F, 0x4496, 0x684C, 0x0923, 0x402B, 0x4353, 0x4499, 0x0A23)
    data(2, 0x402B, 0x4353, 0x449A, 0x0B23, 0x402B, 0x4353, 0x449B, 0x4354, 0x44A0)
    #: lsl r2, r6, 8; lsr r2, r2, 24; beq 16; add lr, r2; ldr r4, [r1, 8]; r9 += x(r4 >> 4 & r5);
    #: r10 += x(r4 >> 8 & r5); r11 += x(r4 >> 12 & r5); r8 += x(r4)
    data(2, 0x0232, 0x0E12, 0xD00F, 0x4496, 0x688C, 0x0923, 0x402B, 0x4353, 0x4499, 0x0A23)
    data(2, 0x402B, 0x4353, 0x449A, 0x0B23, 0x402B, 0x4353, 0x449B, 0x4354, 0x44A0)
    #: lsr r2, r6, 24; beq 16; add lr, r2; ldr r4, [r1, 12]; r9 += x(r4 >> 4 & r5);
    #: r10 += x(r4 >> 8 & r5); r11 += x(r4 >> 12 & r5); r8 += x(r4)
    data(2, 0x0E32, 0xD00F, 0x4496, 0x68CC, 0x0923, 0x402B, 0x4353, 0x4499, 0x0A23)
    data(2, 0x402B, 0x4353, 0x449A, 0x0B23, 0x402B, 0x4353, 0x449B, 0x4354, 0x44A0)
    label(ZERO)
    add(r1, 16)
    cmp(r0, r7)
    bne(INPUT)
    # what r9 to r11 have is taken off r8: outputs 0 and 4 are left
    #: mov r2, r8; mov r3, r9; mov r4, r10; mov r6, r11; lsl r7, r3, 4; sub r2, r2, r7;
    #: lsl r7, r4, 8; sub r2, r2, r7; lsl r7, r6, 12; sub r2, r2, r7; ldr r7, S0; uxth r5, r2;
    #: add r7, r7, r5; str r7, S0; ldr r7, S4; lsr r2, r2, 16; add r7, r7, r2; str r7, S4;
    #: ldr r7, S1; uxth r5, r3; add r7, r7, r5; str r7, S1; ldr r7, S5; lsr r3, r3, 16;
    #: add r7, r7, r3; str r7, S5; ldr r7, S2; uxth r5, r4; add r7, r7, r5; str r7, S2; ldr r7, S6;
    #: lsr r4, r4, 16; add r7, r7, r4; str r7, S6; ldr r7, S3; uxth r5, r6; add r7, r7, r5;
    #: str r7, S3; ldr r7, S7; lsr r6, r6, 16; add r7, r7, r6; str r7, S7; ldr r3, END;
    #: ldr r1, WEIGHTS; cmp r0, r3
    data(2, 0x4642, 0x464B, 0x4654, 0x465E, 0x011F, 0x1BD2, 0x0227, 0x1BD2, 0x0337)
    data(2, 0x1BD2, 0x9F00, 0xB295, 0x197F, 0x9700, 0x9F04, 0x0C12, 0x18BF, 0x9704)
    data(2, 0x9F01, 0xB29D, 0x197F, 0x9701, 0x9F05, 0x0C1B, 0x18FF, 0x9705, 0x9F02)
    data(2, 0xB2A5, 0x197F, 0x9702, 0x9F06, 0x0C24, 0x193F, 0x9706, 0x9F03, 0xB2B5)
    data(2, 0x197F, 0x9703, 0x9F07, 0x0C36, 0x19BF, 0x9707, 0x9B2C, 0x9927, 0x4298)
    beq(TOTAL)
    b(GROUP)
    label(TOTAL)
    # r8: -8 * sum of x
    data(2, 0x4670, 0x00C0, 0x4240, 0x4680)  # mov r0, lr; lsl r0, r0, 3; neg r0, r0; mov r8, r0
    # r9: 2 * zero_point + 1, r10, r11: limits, r5: parameters, r6: end of y, r7: from -count to 0
    #: add r4, sp, ROUND; ldm r4!, {r0, r1, r2}; ldr r5, CHANNEL; ldr r6, OUT; ldr r7, LEFT;
    #: mov r9, r0; mov r10, r1; mov r11, r2; cmp r7, 8; ble 1; mov r7, 8; ldr r0, WIDE; mov r1, r7;
    #: lsl r1, r0; add r6, r6, r1; neg r7, r7; mov r4, sp
    data(2, 0xAC18, 0xCC07, 0x9D28, 0x9E2A, 0x9F29, 0x4681, 0x468A, 0x4693, 0x2F08)
    data(2, 0xDD00, 0x2708, 0x982E, 0x4639, 0x4081, 0x1876, 0x427F, 0x466C)
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
    data(2, 0x9528, 0x962A, 0x9F29, 0x3F08, 0x9729)
    ble(DONE)
    b(BLOCK)
    label(ABOVE)
    #: ldr r1, MAX; cmp r0, r1; ble 1; mov r0, r1; ldr r1, TABLE; ldr r2, WIDE; cmp r1, 0; beq 1;
    #: ldrb r0, [r0, r1]; cmp r2, 0
    data(2, 0x991B, 0x4288, 0xDD00, 0x4608, 0x992D, 0x9A2E, 0x2900, 0xD000, 0x5C40, 0x2A00)
    beq(NARROW)
    data(2, 0x00B9, 0x5070)  # lsl r1, r7, 2; str r0, [r6, r1]
    b(NEXT)
    label(DONE)
    #: ldr r3, P; ldr r0, Y; ldr r1, YSTEP; add r0, r0, r1; str r0, Y; ldr r2, [r3, step];
    #: ldr r0, SRC; ldr r1, COLUMN; add r0, r0, r2; add r1, r1, r2; str r0, SRC; str r1, COLUMN;
    #: ldr r4, OX; sub r4, 1; str r4, OX
    data(2, 0x9B2B, 0x9826, 0x992F, 0x1840, 0x9026, 0x6BDA, 0x981C, 0x991E)
    data(2, 0x1880, 0x1889, 0x901C, 0x911E, 0x9C36, 0x3C01, 0x9436)
    beq(EDGE)
    b(PIXEL)
    label(EDGE)
    #: ldr r0, LINE0; ldr r1, IY; ldr r4, OY; ldr r2, [r3, stride_h]; add r1, r1, r2;
    #: ldr r5, [r3, row]; mul r2, r5; add r0, r0, r2; str r0, LINE0; str r1, IY; sub r4, 1;
    #: str r4, OY
    data(2, 0x9834, 0x9935, 0x9C37, 0x6B9A, 0x1889, 0x6ADD)
    data(2, 0x436A, 0x1880, 0x9034, 0x9135, 0x3C01, 0x9437)
    beq(END)
    b(LINE)
    label(END)
    data(2, 0xB038)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
