"""The convolution with 4-bit weights in Thumb-1 assembly.

x: the image, uint8, word aligned, row by row, channels last; in the same buffer, at patch_at,
also word aligned, room for a patch: k_h rows of `run` bytes, padded to a whole word.
w: blocks of 8 output channels; in a block, for each input of a patch (padded to a multiple of 4
with 8s), 4 bytes, weight + 8 of every channel, the first in the lowest 4 bits; then the table.
y: bytes or words.

Each patch is copied to its place, then multiplied block by block, 16 inputs at a time: the
sum of 16 products, each at most 15 * 255, fits 16 bits. So one multiplication serves two outputs,
four places apart in a word of weights. Weights that are not word aligned are first copied to the
stack.

A zero input costs 2 or 3 instructions and any other 19 or 20, for 8 channels.
`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by name, `beq n` for a branch over n of them, and
`r9 += x(r4 >> 4 & r5)` for `lsr(r3, r4, 4)`, `and_(r3, r5)`, `mul(r3, r2)`, and r3 added to r9.
"""

import micropython
from fragments.copy_patches import copy_patches
from fragments.write_outputs import write_outputs


# p: inputs (k_h * run), outputs, x_at, y_at, zero_point, activation_min, activation_max, table (its
# place in w, or 0), wide, rows, row (bytes of one), k_h, run (bytes of a patch's row), stride_h,
# step (bytes from patch to patch), pad_top, left (bytes of padding), out_h, out_w, y_step (entries
# from pixel to pixel), pad (padding value), patch_at, then bias, multiplier and shift of each
# output.
@micropython.asm_thumb
def conv_int4(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: S0 0, S1 4, S2 8, S3 12, S4 16, S5 20, S6 24, S7 28, ROUND 32, MIN 36, MOST 40, MAX 44,
    # SRC 48, PATCH 52, COLUMN 56, LIMIT 60, ROW 64, RUN 68, KH 72, W 76, FIRST 80, OUTPUTS 84,
    # Y 88, WEIGHTS 92, CHANNEL 96, LEFT 100, OUT 104, P 108, END 112, TABLE 116, WIDE 120,
    # YSTEP 124, PADS 128, BYTES 132, COLUMNS 136, ROWS 140, LINE0 144, IY 148, OX 152, OY 156,
    # BUFFER 160, FRAME 224
    # S0 to S7: sums. ROUND: 2 * zero_point + 1. SRC: a patch's place in x, LINE0: that of the
    # first in a row. LIMIT: the first clipped column. WEIGHTS to OUT: the next block's.
    data(2, 0xB0B8)  # sub sp, FRAME
    copy_patches()
    label(BLOCK)
    #: mov r2, 0; mov r3, r2; mov r4, r2; mov r5, r2; mov lr, r2; mov r6, sp;
    #: stm r6!, {r2, r3, r4, r5}; stm r6!, {r2, r3, r4, r5}; ldr r0, PATCH; ldr r1, WEIGHTS
    data(2, 0x2200, 0x4613, 0x4614, 0x4615, 0x4696, 0x466E, 0xC63C, 0xC63C, 0x980D, 0x9917)
    label(GROUP)
    # r7: the end of at most 16 inputs, so that every sum of products fits 16 bits
    #: mov r7, r0; add r7, 16; ldr r3, END; cmp r7, r3; bls 1; mov r7, r3; sub r2, r7, r0;
    #: lsl r2, r2, 2; add r3, r1, r2; str r3, WEIGHTS; lsl r4, r1, 30
    data(2, 0x4607, 0x3710, 0x9B1C, 0x429F, 0xD900, 0x461F, 0x1A3A, 0x0092, 0x188B, 0x9317, 0x078C)
    beq(ALIGNED)
    data(2, 0xAC28)  # add r4, sp, BUFFER
    label(MOVE)
    sub(r2, 1)
    data(2, 0x5C8B, 0x54A3)  # ldrb r3, [r1, r2]; strb r3, [r4, r2]
    bne(MOVE)
    mov(r1, r4)
    label(ALIGNED)
    # r5: 0xF000F; sums: r9 to r11 of two outputs each, r8 of all eight, overlaid
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
    # r9 to r11 are subtracted from r8: outputs 0 and 4 remain
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
    data(2, 0x197F, 0x9703, 0x9F07, 0x0C36, 0x19BF, 0x9707, 0x9B1C, 0x9917, 0x4298)
    beq(TOTAL)
    b(GROUP)
    label(TOTAL)
    # r8: -8 * sum of x
    data(2, 0x4670, 0x00C0, 0x4240, 0x4680)  # mov r0, lr; lsl r0, r0, 3; neg r0, r0; mov r8, r0
    write_outputs()
    data(2, 0xB038)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
