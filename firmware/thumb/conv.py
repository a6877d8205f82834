"""The convolution in Thumb-1 assembly, 2-D or 1-D: every Cortex-M, the Cortex-M0 and M0+ too.

x: the image, uint8, word aligned, row by row, channels last, and in the same buffer, at patch_at,
word aligned too, room for a patch: k_h rows of `run` bytes, and on to a whole word.
w: blocks of 8 output channels, the last of 4 if at most 4 are left; in a block, for each input of a
patch (padded to a multiple of 4 with 128), a byte of every channel, weight + 128; then the table.
y: bytes or words.

Each patch is copied to its place, then multiplied block by block. A word holds four weights, and
none is cut out of it: the sums are those of x * w, x * (w >> 8), x * (w >> 16) and x * (w >> 24).
The first less 256 times the second is that of x times the lowest byte, and so on, modulo 2**32.
Weights that are not word aligned are loaded byte by byte.

A zero input costs 3 instructions and any other 28, for 8 channels.
`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by their names, `beq n` for a branch over n of them, and
`r5 += x(r7 >> 8)` for `lsr(r3, r7, 8)`, `mul(r3, r2)`, `add(r5, r5, r3)`.
"""

import micropython


# p: inputs (k_h * run), outputs, x_at, y_at, zero_point, activation_min, activation_max, table (its
# place in w, or 0), wide, pieces, rows, row (bytes of one), k_h, run (bytes of a patch's row),
# stride_h, step (bytes from patch to patch), pad_top, left (bytes of padding), out_h, out_w, y_step
# (entries from pixel to pixel), pad (what stands in the padding), patch_at, then bias, multiplier
# and shift of each output. pieces is for other kernels.
@micropython.asm_thumb
def conv(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: S0 0, S1 4, S2 8, S3 12, S4 16, S5 20, S6 24, S7 28, ROUND 32, MIN 36, MOST 40, MAX 44,
    # SRC 48, PATCH 52, COLUMN 56, LIMIT 60, ROW 64, RUN 68, KH 72, W 76, FIRST 80, OUTPUTS 84,
    # Y 88, WEIGHTS 92, CHANNEL 96, LEFT 100, OUT 104, P 108, END 112, TABLE 116, WIDE 120,
    # YSTEP 124, PADS 128, BYTES 132, COLUMNS 136, ROWS 140, LINE0 144, IY 148, OX 152, OY 156,
    # FRAME 160
    # S0 to S7: sums. ROUND: 2 * zero_point + 1. SRC: a patch's place in x, LINE0: that of a row's
    # first. LIMIT: the first column that is clipped. WEIGHTS to OUT: the next block's.
    #: sub sp, FRAME; str r1, W; str r3, P; ldr r4, [r3, wide]; lsl r4, r4, 1; ldr r5, [r3, y_at];
    #: lsl r5, r4; add r2, r2, r5; ldr r6, [r3, y_step]; lsl r6, r4; str r2, Y; str r4, WIDE;
    #: str r6, YSTEP
    data(2, 0xB0A8, 0x9113, 0x931B, 0x6A1C, 0x0064, 0x68DD, 0x40A5)
    data(2, 0x1952, 0x6D1E, 0x40A6, 0x9216, 0x941E, 0x961F)
    # r4: 0 if there is neither a table nor more than bytes
    #: ldr r5, [r3, table]; orr r4, r5; cmp r5, 0; beq 1; add r5, r5, r1; str r5, TABLE;
    #: ldr r6, [r3, zero_point]; lsl r6, r6, 1; add r6, 1; ldr r5, [r3, activation_min];
    #: ldr r7, [r3, activation_max]; str r6, ROUND; str r5, MIN; str r7, MAX
    data(2, 0x69DD, 0x432C, 0x2D00, 0xD000, 0x186D, 0x951D, 0x691E)
    data(2, 0x0076, 0x3601, 0x695D, 0x699F, 0x9608, 0x9509, 0x970B)
    # with a table or wide outputs, MOST is below all outputs: they take the way of those above it
    #: cmp r4, 0; beq 2; mov r7, 1; lsl r7, r7, 31; str r7, MOST; ldr r4, [r3, pad]; lsl r5, r4, 8;
    #: orr r4, r5; lsl r5, r4, 16; orr r4, r5; str r4, PADS; ldr r4, [r3, patch_at]; add r4, r4, r0;
    #: str r4, PATCH
    data(2, 0x2C00, 0xD001, 0x2701, 0x07FF, 0x970A, 0x6D5C, 0x0225)
    data(2, 0x432C, 0x0425, 0x432C, 0x9420, 0x6D9C, 0x1824, 0x940D)
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
    data(2, 0x951C, 0x461C, 0x345C, 0x685E, 0x9414, 0x9615)
    # r7: from where on a window leaves the image, among the columns, then among the rows
    #: ldr r4, [r3, row]; ldr r5, [r3, run]; ldr r6, [r3, k_h]; str r4, ROW; str r5, RUN;
    #: str r6, KH; sub r7, r4, r5; add r7, 1; bpl 1; mov r7, 0; str r7, COLUMNS; ldr r7, [r3, rows];
    #: sub r7, r7, r6; add r7, 1; bpl 1; mov r7, 0; str r7, ROWS
    data(2, 0x6ADC, 0x6B5D, 0x6B1E, 0x9410, 0x9511, 0x9612, 0x1B67, 0x3701, 0xD500)
    data(2, 0x2700, 0x9722, 0x6A9F, 0x1BBF, 0x3701, 0xD500, 0x2700, 0x9723)
    # r5: 0 if all is whole words, r0: where the first window begins in x, or would
    #: ldr r1, [r3, x_at]; add r0, r0, r1; ldr r1, [r3, step]; ldr r2, [r3, left]; orr r5, r4;
    #: orr r5, r1; orr r5, r2; lsl r5, r5, 30; sub r0, r0, r2; ldr r1, [r3, pad_top]; mul r4, r1;
    #: sub r0, r0, r4; neg r1, r1; ldr r4, [r3, out_h]; str r5, BYTES; str r0, LINE0; str r1, IY;
    #: str r4, OY
    data(2, 0x6899, 0x1840, 0x6BD9, 0x6C5A, 0x4325, 0x430D, 0x4315, 0x07AD, 0x1A80)
    data(2, 0x6C19, 0x434C, 0x1B00, 0x4249, 0x6C9C, 0x9521, 0x9024, 0x9125, 0x9427)
    label(LINE)
    # r0: the first window of a row, r1: its first row, r3: p
    #: ldr r5, ROWS; ldr r6, COLUMNS; cmp r1, r5; bcc 1; mov r6, 0; ldr r4, [r3, left]; neg r4, r4;
    #: ldr r5, [r3, out_w]; str r6, LIMIT; str r4, COLUMN; str r5, OX; str r0, SRC
    data(2, 0x9D23, 0x9E22, 0x42A9, 0xD300, 0x2600, 0x6C5C)
    data(2, 0x4264, 0x6CDD, 0x960F, 0x940E, 0x9526, 0x900C)
    label(PIXEL)
    # r0: x, r1: patch, r2: column, r3: from which on it is clipped, r4: row, r5: run, r6: k_h
    #: add r7, sp, SRC; ldm r7!, {r0, r1, r2, r3, r4, r5, r6}; cmp r2, r3
    data(2, 0xAF0C, 0xCF7F, 0x429A)
    bcs(CLIP)
    mov(r7, r5)
    label(COPY)
    # r6 runs of r7 bytes
    data(2, 0x9A21, 0x2A00)  # ldr r2, BYTES; cmp r2, 0
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
    data(2, 0x462B, 0x4373, 0x9F21, 0x2F00, 0x9F20)
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
    data(2, 0xDD00, 0x1AFF, 0x9A25, 0x2A00, 0xDA06, 0x18B6, 0x4613, 0x4363)
    data(2, 0x1AC0, 0x436A, 0x1A89, 0x2200, 0x9B1B, 0x6A9B, 0x1AD3, 0x199B)
    ble(COPY)
    sub(r6, r6, r3)
    b(COPY)
    label(READY)
    # the block's weights, parameters, count and place of y
    #: add r7, sp, W; ldm r7!, {r0, r1, r2, r3}; stm r7!, {r0, r1, r2, r3}
    data(2, 0xAF13, 0xCF0F, 0xC70F)
    label(BLOCK)
    # sums: r4, r5, r6, r8 to r12 of an output each, r14 of x
    #: ldr r0, PATCH; ldr r1, WEIGHTS; ldr r7, LEFT; mov r4, 0; mov r5, r4; mov r6, r4; mov r8, r4;
    #: mov r9, r4; mov r10, r4; mov r11, r4; mov r12, r4; mov lr, r4; lsl r2, r1, 30
    data(2, 0x980D, 0x9917, 0x9F19, 0x2400, 0x4625, 0x4626, 0x46A0)
    data(2, 0x46A1, 0x46A2, 0x46A3, 0x46A4, 0x46A6, 0x078A)
    beq(ALIGNED)
    # byte by byte; r7: the width of the block
    #: mov r3, 8; cmp r7, 4; bgt 1; mov r3, 4; mov r7, r3
    data(2, 0x2308, 0x2F04, 0xDC00, 0x2304, 0x461F)
    label(INPUT)
    #: ldrb r2, [r0, 0]; cmp r2, 0; beq 27; add lr, r2; ldrb r3, [r1, 0]; mul r3, r2;
    #: add r4, r4, r3; ldrb r3, [r1, 1]; mul r3, r2; add r5, r5, r3; ldrb r3, [r1, 2]; mul r3, r2;
    #: add r6, r6, r3; ldrb r3, [r1, 3]; mul r3, r2; add r8, r3; cmp r7, 4; beq 12;
    #: ldrb r3, [r1, 4]; mul r3, r2; add r9, r3; ldrb r3, [r1, 5]; mul r3, r2; add r10, r3;
    #: ldrb r3, [r1, 6]; mul r3, r2; add r11, r3; ldrb r3, [r1, 7]; mul r3, r2; add r12, r3;
    #: add r0, 1; add r1, r1, r7; ldr r3, END; cmp r0, r3
    data(2, 0x7802, 0x2A00, 0xD01A, 0x4496, 0x780B, 0x4353, 0x18E4, 0x784B, 0x4353)
    data(2, 0x18ED, 0x788B, 0x4353, 0x18F6, 0x78CB, 0x4353, 0x4498, 0x2F04, 0xD00B)
    data(2, 0x790B, 0x4353, 0x4499, 0x794B, 0x4353, 0x449A, 0x798B, 0x4353, 0x449B)
    data(2, 0x79CB, 0x4353, 0x449C, 0x3001, 0x19C9, 0x9B1C, 0x4298)
    bne(INPUT)
    #: str r1, WEIGHTS; mov r7, r8; mov r0, sp; stm r0!, {r4, r5, r6, r7}; mov r4, r9; mov r5, r10;
    #: mov r6, r11; mov r7, r12; stm r0!, {r4, r5, r6, r7}
    data(2, 0x9117, 0x4647, 0x4668, 0xC0F0, 0x464C, 0x4655, 0x465E, 0x4667, 0xC0F0)
    b(SUMS)
    label(ALIGNED)
    cmp(r7, 4)
    bgt(EIGHT)
    label(FOUR)
    data(2, 0xC9F0)  # ldm r1!, {r4, r5, r6, r7}
    #: ldrb r2, [r0, 0]; cmp r2, 0; beq 12; add lr, r2; r10 += x(r4 >> 8); r11 += x(r4 >> 16);
    #: r8 += x(r4 >> 24); r9 += x(r4)
    data(2, 0x7802, 0x2A00, 0xD00B, 0x4496, 0x0A23, 0x4353, 0x449A, 0x0C23)
    data(2, 0x4353, 0x449B, 0x0E23, 0x4353, 0x4498, 0x4354, 0x44A1)
    #: ldrb r2, [r0, 1]; cmp r2, 0; beq 12; add lr, r2; r10 += x(r5 >> 8); r11 += x(r5 >> 16);
    #: r8 += x(r5 >> 24); r9 += x(r5)
    data(2, 0x7842, 0x2A00, 0xD00B, 0x4496, 0x0A2B, 0x4353, 0x449A, 0x0C2B)
    data(2, 0x4353, 0x449B, 0x0E2B, 0x4353, 0x4498, 0x4355, 0x44A9)
    #: ldrb r2, [r0, 2]; cmp r2, 0; beq 12; add lr, r2; r10 += x(r6 >> 8); r11 += x(r6 >> 16);
    #: r8 += x(r6 >> 24); r9 += x(r6)
    data(2, 0x7882, 0x2A00, 0xD00B, 0x4496, 0x0A33, 0x4353, 0x449A, 0x0C33)
    data(2, 0x4353, 0x449B, 0x0E33, 0x4353, 0x4498, 0x4356, 0x44B1)
    #: ldrb r2, [r0, 3]; cmp r2, 0; beq 12; add lr, r2; r10 += x(r7 >> 8); r11 += x(r7 >> 16);
    #: r8 += x(r7 >> 24); r9 += x(r7)
    data(2, 0x78C2, 0x2A00, 0xD00B, 0x4496, 0x0A3B, 0x4353, 0x449A, 0x0C3B)
    data(2, 0x4353, 0x449B, 0x0E3B, 0x4353, 0x4498, 0x4357, 0x44B9)
    data(2, 0x3004, 0x9B1C, 0x4298)  # add r0, 4; ldr r3, END; cmp r0, r3
    bne(FOUR)
    data(2, 0x464C, 0x4655, 0x465E)  # mov r4, r9; mov r5, r10; mov r6, r11
    b(APART)
    label(EIGHT)
    #: ldrb r2, [r0, 0]; cmp r2, 0; beq 25; add lr, r2; ldr r7, [r1, 0]; r5 += x(r7 >> 8);
    #: r6 += x(r7 >> 16); r8 += x(r7 >> 24); r4 += x(r7); ldr r7, [r1, 4]; r10 += x(r7 >> 8);
    #: r11 += x(r7 >> 16); r12 += x(r7 >> 24); r9 += x(r7)
    data(2, 0x7802, 0x2A00, 0xD018, 0x4496, 0x680F, 0x0A3B, 0x4353, 0x18ED, 0x0C3B, 0x4353)
    data(2, 0x18F6, 0x0E3B, 0x4353, 0x4498, 0x4357, 0x19E4, 0x684F, 0x0A3B, 0x4353, 0x449A)
    data(2, 0x0C3B, 0x4353, 0x449B, 0x0E3B, 0x4353, 0x449C, 0x4357, 0x44B9)
    #: ldrb r2, [r0, 1]; cmp r2, 0; beq 25; add lr, r2; ldr r7, [r1, 8]; r5 += x(r7 >> 8);
    #: r6 += x(r7 >> 16); r8 += x(r7 >> 24); r4 += x(r7); ldr r7, [r1, 12]; r10 += x(r7 >> 8);
    #: r11 += x(r7 >> 16); r12 += x(r7 >> 24); r9 += x(r7)
    data(2, 0x7842, 0x2A00, 0xD018, 0x4496, 0x688F, 0x0A3B, 0x4353, 0x18ED, 0x0C3B, 0x4353)
    data(2, 0x18F6, 0x0E3B, 0x4353, 0x4498, 0x4357, 0x19E4, 0x68CF, 0x0A3B, 0x4353, 0x449A)
    data(2, 0x0C3B, 0x4353, 0x449B, 0x0E3B, 0x4353, 0x449C, 0x4357, 0x44B9)
    #: ldrb r2, [r0, 2]; cmp r2, 0; beq 25; add lr, r2; ldr r7, [r1, 16]; r5 += x(r7 >> 8);
    #: r6 += x(r7 >> 16); r8 += x(r7 >> 24); r4 += x(r7); ldr r7, [r1, 20]; r10 += x(r7 >> 8);
    #: r11 += x(r7 >> 16); r12 += x(r7 >> 24); r9 += x(r7)
    data(2, 0x7882, 0x2A00, 0xD018, 0x4496, 0x690F, 0x0A3B, 0x4353, 0x18ED, 0x0C3B, 0x4353)
    data(2, 0x18F6, 0x0E3B, 0x4353, 0x4498, 0x4357, 0x19E4, 0x694F, 0x0A3B, 0x4353, 0x449A)
    data(2, 0x0C3B, 0x4353, 0x449B, 0x0E3B, 0x4353, 0x449C, 0x4357, 0x44B9)
    #: ldrb r2, [r0, 3]; cmp r2, 0; beq 25; add lr, r2; ldr r7, [r1, 24]; r5 += x(r7 >> 8);
    #: r6 += x(r7 >> 16); r8 += x(r7 >> 24); r4 += x(r7); ldr r7, [r1, 28]; r10 += x(r7 >> 8);
    #: r11 += x(r7 >> 16); r12 += x(r7 >> 24); r9 += x(r7)
    data(2, 0x78C2, 0x2A00, 0xD018, 0x4496, 0x698F, 0x0A3B, 0x4353, 0x18ED, 0x0C3B, 0x4353)
    data(2, 0x18F6, 0x0E3B, 0x4353, 0x4498, 0x4357, 0x19E4, 0x69CF, 0x0A3B, 0x4353, 0x449A)
    data(2, 0x0C3B, 0x4353, 0x449B, 0x0E3B, 0x4353, 0x449C, 0x4357, 0x44B9)
    data(2, 0x3004, 0x3120, 0x9B1C, 0x4298)  # add r0, 4; add r1, 32; ldr r3, END; cmp r0, r3
    bne(EIGHT)
    # of w, w >> 8, w >> 16 and w >> 24 each less 256 times the next: the outputs by themselves
    #: str r1, WEIGHTS; mov r0, r9; mov r1, r10; mov r2, r11; mov r3, r12; lsl r7, r1, 8;
    #: sub r0, r0, r7; lsl r7, r2, 8; sub r1, r1, r7; lsl r7, r3, 8; sub r2, r2, r7; add r7, sp, S4;
    #: stm r7!, {r0, r1, r2, r3}
    data(2, 0x9117, 0x4648, 0x4651, 0x465A, 0x4663, 0x020F, 0x1BC0)
    data(2, 0x0217, 0x1BC9, 0x021F, 0x1BD2, 0xAF04, 0xC70F)
    label(APART)
    #: mov r7, r8; lsl r0, r5, 8; sub r4, r4, r0; lsl r0, r6, 8; sub r5, r5, r0; lsl r0, r7, 8;
    #: sub r6, r6, r0; mov r0, sp; stm r0!, {r4, r5, r6, r7}
    data(2, 0x4647, 0x0228, 0x1A24, 0x0230, 0x1A2D, 0x0238, 0x1A36, 0x4668, 0xC0F0)
    label(SUMS)
    # r8: -128 * sum of x
    data(2, 0x4670, 0x01C0, 0x4240, 0x4680)  # mov r0, lr; lsl r0, r0, 7; neg r0, r0; mov r8, r0
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
    data(2, 0x9B1B, 0x9816, 0x991F, 0x1840, 0x9016, 0x6BDA, 0x980C, 0x990E)
    data(2, 0x1880, 0x1889, 0x900C, 0x910E, 0x9C26, 0x3C01, 0x9426)
    beq(EDGE)
    b(PIXEL)
    label(EDGE)
    #: ldr r0, LINE0; ldr r1, IY; ldr r4, OY; ldr r2, [r3, stride_h]; add r1, r1, r2;
    #: ldr r5, [r3, row]; mul r2, r5; add r0, r0, r2; str r0, LINE0; str r1, IY; sub r4, 1;
    #: str r4, OY
    data(2, 0x9824, 0x9925, 0x9C27, 0x6B9A, 0x1889, 0x6ADD)
    data(2, 0x436A, 0x1880, 0x9024, 0x9125, 0x3C01, 0x9427)
    beq(END)
    b(LINE)
    label(END)
    data(2, 0xB028)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
