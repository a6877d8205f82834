"""The convolution in Thumb-1 assembly, with sums rescaled in float32 as XNNPACK does.

x: the image, uint8, word aligned, row by row, channels last; in the same buffer, at patch_at,
also word aligned, room for a patch: k_h rows of `run` bytes, padded to a whole word.
w: blocks of 8 output channels, the last of 4 if at most 4 are left; in a block, for each input of a
patch (padded to a multiple of 4 with 128), a byte of every channel, weight + 128.
y: bytes.

Each patch is copied to its place, then multiplied block by block. A word holds four weights, and
none is extracted: the sums are of x * w, x * (w >> 8), x * (w >> 16) and x * (w >> 24).
The first minus 256 times the second is that of x times the lowest byte, and so on, modulo 2**32.
Weights that are not word aligned are loaded byte by byte.

A zero input costs 3 instructions and any other 28, for 8 channels.
`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by name, `beq n` for a branch over n of them, and
`r5 += x(r7 >> 8)` for `lsr(r3, r7, 8)`, `mul(r3, r2)`, `add(r5, r5, r3)`.
"""

import micropython
from fragments.copy_patches import copy_patches
from fragments.rescale_exactly import rescale_exactly


# p: inputs (k_h * run), outputs, x_at, y_at, zero_point, activation_min, activation_max, table (its
# place in w, or 0), wide, rows, row (bytes of one), k_h, run (bytes of a patch's row), stride_h,
# step (bytes from patch to patch), pad_top, left (bytes of padding), out_h, out_w, y_step (entries
# from pixel to pixel), pad (padding value), patch_at, then bias, mantissa (with the shift) and shift
# (with the half that is added) of each output, see `export/kernels/thumb_scales.py`.
@micropython.asm_thumb
def conv_xnnpack(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: S0 0, S1 4, S2 8, S3 12, S4 16, S5 20, S6 24, S7 28, ROUND 32, MIN 36, MOST 40, MAX 44,
    # SRC 48, PATCH 52, COLUMN 56, LIMIT 60, ROW 64, RUN 68, KH 72, W 76, FIRST 80, OUTPUTS 84,
    # Y 88, WEIGHTS 92, CHANNEL 96, LEFT 100, OUT 104, P 108, END 112, TABLE 116, WIDE 120,
    # YSTEP 124, PADS 128, BYTES 132, COLUMNS 136, ROWS 140, LINE0 144, IY 148, OX 152, OY 156,
    # LEAST 160, NEAR 164, RANGE 168, OFFSET 172, LOW 176, FRAME 180
    # S0 to S7: sums. ROUND: 2 * zero_point + 1. SRC: a patch's place in x, LINE0: that of the
    # first in a row. LIMIT: the first clipped column. WEIGHTS to OUT: the next block's.
    # LEAST: sums up to it give the lowest level, LOW. NEAR: how near to a half is in doubt.
    # RANGE: the number of levels. OFFSET: zero_point - LOW.
    #: sub sp, FRAME; ldr r4, [r3, zero_point]; ldr r5, [r3, activation_min];
    #: ldr r6, [r3, activation_max]; sub r6, r6, r5; add r6, 1; str r5, LOW; str r6, RANGE;
    #: sub r7, r4, r5; str r7, OFFSET; mov r5, 1; lsl r5, r5, 25; str r5, NEAR; mov r4, 0; cmp r7, 0;
    #: ble 2; mov r4, 1; lsl r4, r4, 31; str r4, LEAST
    data(2, 0xB0AD, 0x691C, 0x695D, 0x699E, 0x1B76, 0x3601, 0x952C, 0x962A, 0x1B67, 0x972B)
    data(2, 0x2501, 0x066D, 0x9529, 0x2400, 0x2F00, 0xDD01, 0x2401, 0x07E4, 0x9428)
    copy_patches()
    label(BLOCK)
    # sums: r4, r5, r6, r8 to r12 of one output each, r14 of x
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
    # of w, w >> 8, w >> 16 and w >> 24 each minus 256 times the next: separate outputs
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
    rescale_exactly()
    label(END)
    data(2, 0xB02D)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
