"""The convolution in Thumb-1 assembly, with sums rescaled in float32 as XNNPACK does.

x: the image, uint8, word aligned, row by row, channels last; in the same buffer, at patch_at,
also word aligned, room for a list: two words for each input of a patch, and two more.
w: blocks of 8 output channels, the last of 4 if at most 4 are left; in a block, for each input of a
patch (padded to a multiple of 4 with 128), a byte of every channel, weight + 128.
y: bytes.

For each pixel, the inputs of its patch that are not zero are listed: x and 8 times its place. Then
each block of outputs multiplies only those. A word holds four weights, and
none is extracted: the sums are of x * w, x * (w >> 8), x * (w >> 16) and x * (w >> 24).
The first minus 256 times the second is that of x times the lowest byte, and so on, modulo 2**32.
Weights that are not word aligned are loaded byte by byte.

An input takes about 7 cycles in the list, and 30 more in each block of 8 if it is not zero.
`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by name, `beq n` for a branch over n of them, and
`r5 += x(r7 >> 8)` for `lsr(r3, r7, 8)`, `mul(r3, r2)`, `add(r5, r5, r3)`.
"""

import micropython
from fragments.rescale_exactly import rescale_exactly


# p: inputs (k_h * run), outputs, x_at, y_at, zero_point, activation_min, activation_max, rows, row (bytes of one), k_h, run (bytes of a patch's row), stride_h,
# step (bytes from patch to patch), pad_top, left (bytes of padding), out_h, out_w, y_step (entries
# from pixel to pixel), pad (padding value), patch_at, most (sums of
# x up to it go word by word), then bias, mantissa (with the shift) and
# shift (with the half that is added) of each output, see `export/kernels/thumb_scales.py`.
@micropython.asm_thumb
def conv_xnnpack(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: S0 0, S1 4, S2 8, S3 12, S4 16, S5 20, S6 24, S7 28, LEAST 32, NEAR 36, RANGE 40,
    # OFFSET 44, LOW 48, W 52, FIRST 56, OUTPUTS 60, Y 64, WEIGHTS 68, CHANNEL 72, LEFT 76, OUT 80,
    # SRC 84, LIST 88, COLUMN 92, RUN 96, ROW 100, BEFORE 104, INSIDE 108, AFTER 112, LINE 116,
    # AT 120, TAPS 124, BYTES 128, PAD 132, ROWS 136, KH 140, LINE0 144, IY 148, OX 152, OY 156,
    # P 160, BLOCK 164, MINUS 168, HALVES 172, WHOLE 176, SLOW 180, MOST 184, FRAME 188
    # S0 to S7: sums. LEAST: sums up to it give the lowest level, LOW. NEAR: how near to a half is
    # in doubt. RANGE: the number of levels. OFFSET: zero_point - LOW.
    # WEIGHTS to OUT: the next block's, BLOCK: its bytes of w. SRC: a patch's place in x, LINE0:
    # that of the first in a row. BEFORE, INSIDE, AFTER: bytes of a patch's row beside the image
    # and in it. LINE, AT, TAPS: place, number and count of the rows that are listed next.
    # MINUS: -128 * sum of x, HALVES and WHOLE: that in 2 and in 4 bytes. SLOW: 0 or 1.
    #: sub sp, FRAME; str r1, W; str r3, P; ldr r4, [r3, y_at]; add r2, r2, r4; str r2, Y;
    #: ldr r4, [r3, zero_point]; ldr r5, [r3, activation_min]; ldr r6, [r3, activation_max];
    #: sub r6, r6, r5; add r6, 1; str r5, LOW; str r6, RANGE; sub r7, r4, r5; str r7, OFFSET;
    #: mov r5, 1; lsl r5, r5, 25; str r5, NEAR; mov r4, 0; cmp r7, 0; ble 2; mov r4, 1;
    #: lsl r4, r4, 31; str r4, LEAST
    data(2, 0xB0AF, 0x910D, 0x9328, 0x68DC, 0x1912, 0x9210, 0x691C, 0x695D)
    data(2, 0x699E, 0x1B76, 0x3601, 0x950C, 0x960A, 0x1B67, 0x970B, 0x2501)
    data(2, 0x066D, 0x9509, 0x2400, 0x2F00, 0xDD01, 0x2401, 0x07E4, 0x9408)
    #: ldr r4, [r3, inputs]; add r4, 3; lsr r4, r4, 2; lsl r4, r4, 5; str r4, BLOCK;
    #: ldr r4, [r3, patch_at]; add r4, r4, r0; str r4, LIST; mov r4, r3; add r4, bias;
    #: str r4, FIRST; ldr r4, [r3, outputs]; str r4, OUTPUTS; ldr r4, [r3, pad]; str r4, PAD;
    #: ldr r4, [r3, rows]; str r4, ROWS; ldr r4, [r3, k_h]; str r4, KH; ldr r4, [r3, most];
    #: str r4, MOST
    data(2, 0x681C, 0x3403, 0x08A4, 0x0164, 0x9429, 0x6CDC, 0x1824)
    data(2, 0x9416, 0x461C, 0x3454, 0x940E, 0x685C, 0x940F, 0x6C9C)
    data(2, 0x9421, 0x69DC, 0x9422, 0x6A5C, 0x9423, 0x6D1C, 0x942E)
    # r5: 0 if everything is whole words, r0: where the first window begins (or would) in x
    #: ldr r4, [r3, row]; ldr r5, [r3, run]; str r4, ROW; str r5, RUN; ldr r1, [r3, x_at];
    #: add r0, r0, r1; ldr r1, [r3, step]; ldr r2, [r3, left]; orr r5, r4; orr r5, r1; orr r5, r2;
    #: lsl r5, r5, 30; sub r0, r0, r2; ldr r1, [r3, pad_top]; mul r4, r1; sub r0, r0, r4;
    #: neg r1, r1; ldr r4, [r3, out_h]; str r5, BYTES; str r0, LINE0; str r1, IY; str r4, OY
    data(2, 0x6A1C, 0x6A9D, 0x9419, 0x9518, 0x6899, 0x1840, 0x6B19, 0x6B9A)
    data(2, 0x4325, 0x430D, 0x4315, 0x07AD, 0x1A80, 0x6B59, 0x434C)
    data(2, 0x1B00, 0x4249, 0x6BDC, 0x9520, 0x9024, 0x9125, 0x9427)
    label(LINE)
    # r0: the first window of a row, r3: p
    #: ldr r4, [r3, left]; neg r4, r4; ldr r5, [r3, out_w]; str r4, COLUMN; str r5, OX; str r0, SRC
    data(2, 0x6B9C, 0x4264, 0x6C1D, 0x9417, 0x9526, 0x9015)
    label(PIXEL)
    # r0: the first byte in the image, r1: list, r6: 8 * place, r7: sum of x
    #: add r7, sp, SRC; ldm r7!, {r0, r1, r2, r3, r4}; mov r5, 0; mov r7, r3; cmp r2, 0; bge 3;
    #: sub r0, r0, r2; neg r5, r2; sub r7, r7, r5; add r6, r2, r3; sub r6, r6, r4; bpl 1; mov r6, 0;
    #: sub r7, r7, r6; ldr r3, IY; ldr r4, KH; str r5, BEFORE; str r7, INSIDE; str r6, AFTER;
    #: str r0, LINE; str r3, AT; str r4, TAPS; mov r6, 0; mov r7, r6
    data(2, 0xAF15, 0xCF1F, 0x2500, 0x461F, 0x2A00, 0xDA02, 0x1A80, 0x4255)
    data(2, 0x1B7F, 0x18D6, 0x1B36, 0xD500, 0x2600, 0x1BBF, 0x9B25, 0x9C23)
    data(2, 0x951A, 0x971B, 0x961C, 0x901D, 0x931E, 0x941F, 0x2600, 0x4637)
    label(ROW)
    data(2, 0x9C1E, 0x9D22, 0x42AC)  # ldr r4, AT; ldr r5, ROWS; cmp r4, r5
    bcs(BESIDE)
    data(2, 0x9D1A, 0x2200, 0x2D00)  # ldr r5, BEFORE; mov r2, 0; cmp r5, 0
    bne(FILL)
    label(WITHIN)
    # from r0 to r4
    #: ldr r0, LINE; ldr r4, INSIDE; add r4, r4, r0; ldr r2, BYTES; cmp r2, 0
    data(2, 0x981D, 0x9C1B, 0x1824, 0x9A20, 0x2A00)
    bne(BYTE)
    label(WORD)
    data(2, 0xC804)  # ldm r0!, {r2}
    cmp(r2, 0)
    beq(NOTHING)
    #: lsl r3, r2, 24; beq 3; lsr r3, r3, 24; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8;
    #: lsl r3, r2, 16; lsr r3, r3, 24; beq 2; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8;
    #: lsl r3, r2, 8; lsr r3, r3, 24; beq 2; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8;
    #: lsr r3, r2, 24; beq 2; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8; cmp r0, r4
    data(2, 0x0613, 0xD002, 0x0E1B, 0xC148, 0x18FF, 0x3608, 0x0413, 0x0E1B)
    data(2, 0xD001, 0xC148, 0x18FF, 0x3608, 0x0213, 0x0E1B, 0xD001, 0xC148)
    data(2, 0x18FF, 0x3608, 0x0E13, 0xD001, 0xC148, 0x18FF, 0x3608, 0x42A0)
    bne(WORD)
    b(BEHIND)
    label(NOTHING)
    data(2, 0x3620, 0x42A0)  # add r6, 32; cmp r0, r4
    bne(WORD)
    b(BEHIND)
    label(BYTE)
    #: ldrb r3, [r0, 0]; add r0, 1; cmp r3, 0; beq 2; stm r1!, {r3, r6}; add r7, r7, r3; add r6, 8;
    #: cmp r0, r4
    data(2, 0x7803, 0x3001, 0x2B00, 0xD001, 0xC148, 0x18FF, 0x3608, 0x42A0)
    bne(BYTE)
    label(BEHIND)
    data(2, 0x9D1C, 0x2201, 0x2D00)  # ldr r5, AFTER; mov r2, 1; cmp r5, 0
    bne(FILL)
    label(NEXT)
    #: ldr r0, LINE; ldr r4, ROW; add r0, r0, r4; str r0, LINE; ldr r4, AT; add r4, 1; str r4, AT;
    #: ldr r4, TAPS; sub r4, 1; str r4, TAPS
    data(2, 0x981D, 0x9C19, 0x1900, 0x901D, 0x9C1E, 0x3401, 0x941E, 0x9C1F, 0x3C01, 0x941F)
    bne(ROW)
    b(LISTED)
    label(BESIDE)
    data(2, 0x9D18, 0x2201)  # ldr r5, RUN; mov r2, 1
    label(FILL)
    # r5 bytes of padding; then, if r2 is 0, the image
    data(2, 0x9B21, 0x2B00)  # ldr r3, PAD; cmp r3, 0
    beq(ZEROS)
    label(PADDING)
    #: stm r1!, {r3, r6}; add r6, 8; add r7, r7, r3; sub r5, 1
    data(2, 0xC148, 0x3608, 0x18FF, 0x3D01)
    bne(PADDING)
    label(FILLED)
    cmp(r2, 0)
    beq(WITHIN)
    b(NEXT)
    label(ZEROS)
    data(2, 0x00ED, 0x1976)  # lsl r5, r5, 3; add r6, r6, r5
    b(FILLED)
    label(LISTED)
    # an even number of inputs, then the end: a place that makes an address negative
    #: mov r2, 0; mov r3, 0; ldr r4, LIST; sub r4, r1, r4; lsl r4, r4, 28; bpl 1; stm r1!, {r2, r3};
    #: mov r6, 1; lsl r6, r6, 31; stm r1!, {r3, r6}; ldr r4, MOST; cmp r4, r7; bge 1; mov r2, 1;
    #: lsl r3, r7, 7; neg r3, r3; lsl r4, r3, 8; add r4, r4, r3; lsl r5, r4, 16; add r5, r5, r4;
    #: str r3, MINUS; str r4, HALVES; str r5, WHOLE; str r2, SLOW; add r7, sp, W;
    #: ldm r7!, {r0, r1, r2, r3}; stm r7!, {r0, r1, r2, r3}
    data(2, 0x2200, 0x2300, 0x9C16, 0x1B0C, 0x0724, 0xD500, 0xC10C, 0x2601, 0x07F6)
    data(2, 0xC148, 0x9C2E, 0x42BC, 0xDA00, 0x2201, 0x01FB, 0x425B, 0x021C, 0x18E4)
    data(2, 0x0425, 0x192D, 0x932A, 0x942B, 0x952C, 0x922D, 0xAF0D, 0xCF0F, 0xC70F)
    label(BLOCK)
    #: ldr r0, LIST; ldr r1, WEIGHTS; ldr r7, LEFT; ldr r4, SLOW; orr r4, r1; lsl r4, r4, 30
    data(2, 0x9816, 0x9911, 0x9F13, 0x9C2D, 0x430C, 0x07A4)
    beq(ALIGNED)
    # byte by byte; sums: r4, r5, r8 to r12, r14 of one output each, r7: outputs left
    #: ldr r4, MINUS; mov r5, r4; mov r8, r4; mov r9, r4; mov r10, r4; mov r11, r4; mov r12, r4;
    #: mov lr, r4
    data(2, 0x9C2A, 0x4625, 0x46A0, 0x46A1, 0x46A2, 0x46A3, 0x46A4, 0x46A6)
    label(INPUT)
    #: ldm r0!, {r2, r3}; cmp r7, 4; bgt 1; asr r3, r3, 1; add r6, r3, r1
    data(2, 0xC80C, 0x2F04, 0xDC00, 0x105B, 0x185E)
    bmi(STORED)
    #: ldrb r3, [r6, 0]; mul r3, r2; add r4, r4, r3; ldrb r3, [r6, 1]; mul r3, r2; add r5, r5, r3;
    #: ldrb r3, [r6, 2]; mul r3, r2; add r8, r3; ldrb r3, [r6, 3]; mul r3, r2; add r9, r3;
    #: cmp r7, 4; ble 12; ldrb r3, [r6, 4]; mul r3, r2; add r10, r3; ldrb r3, [r6, 5]; mul r3, r2;
    #: add r11, r3; ldrb r3, [r6, 6]; mul r3, r2; add r12, r3; ldrb r3, [r6, 7]; mul r3, r2;
    #: add lr, r3
    data(2, 0x7833, 0x4353, 0x18E4, 0x7873, 0x4353, 0x18ED, 0x78B3, 0x4353, 0x4498)
    data(2, 0x78F3, 0x4353, 0x4499, 0x2F04, 0xDD0B, 0x7933, 0x4353, 0x449A, 0x7973)
    data(2, 0x4353, 0x449B, 0x79B3, 0x4353, 0x449C, 0x79F3, 0x4353, 0x449E)
    b(INPUT)
    label(STORED)
    #: mov r6, r8; mov r7, r9; mov r0, sp; stm r0!, {r4, r5, r6, r7}; mov r4, r10; mov r5, r11;
    #: mov r6, r12; mov r7, lr; stm r0!, {r4, r5, r6, r7}
    data(2, 0x4646, 0x464F, 0x4668, 0xC0F0, 0x4654, 0x465D, 0x4666, 0x4677, 0xC0F0)
    b(SUMS)
    label(ALIGNED)
    # sums of x times the bytes reversed: r8, r11; the upper two: r9, r12; the word: r10, r14
    #: ldr r2, HALVES; ldr r3, WHOLE; mov r8, r3; mov r9, r2; mov r10, r3; mov r11, r3; mov r12, r2;
    #: mov lr, r3; cmp r7, 4
    data(2, 0x9A2B, 0x9B2C, 0x4698, 0x4691, 0x469A, 0x469B, 0x4694, 0x469E, 0x2F04)
    bgt(EIGHT)
    label(FOUR)
    data(2, 0xC80C, 0x105B, 0x185B)  # ldm r0!, {r2, r3}; asr r3, r3, 1; add r3, r3, r1
    bmi(APART)
    #: ldm r3!, {r6}; r8 += r2 * rev r6; r9 += r2 * r6 >> 16; r10 += r2 * r6
    data(2, 0xCB40, 0xBA33, 0x4353, 0x4498, 0x0C33, 0x4353, 0x4499, 0x4356, 0x44B2)
    b(FOUR)
    label(EIGHT)
    data(2, 0xC83C, 0x185B)  # ldm r0!, {r2, r3, r4, r5}; add r3, r3, r1
    bmi(EIGHTS)
    label(FOUR_INPUTS)
    #: ldm r3!, {r6, r7}; r8 += r2 * rev r6; r9 += r2 * r6 >> 16; r10 += r2 * r6;
    #: r11 += r2 * rev r7; r12 += r2 * r7 >> 16; lr += r2 * r7; add r5, r5, r1; ldm r5!, {r6, r7};
    #: r8 += r4 * rev r6; r9 += r4 * r6 >> 16; r10 += r4 * r6; r11 += r4 * rev r7;
    #: r12 += r4 * r7 >> 16; lr += r4 * r7; ldm r0!, {r2, r3, r4, r5}; add r3, r3, r1
    data(2, 0xCBC0, 0xBA33, 0x4353, 0x4498, 0x0C33, 0x4353, 0x4499, 0x4356, 0x44B2, 0xBA3B)
    data(2, 0x4353, 0x449B, 0x0C3B, 0x4353, 0x449C, 0x4357, 0x44BE, 0x186D, 0xCDC0)
    data(2, 0xBA33, 0x4363, 0x4498, 0x0C33, 0x4363, 0x4499, 0x4366, 0x44B2, 0xBA3B)
    data(2, 0x4363, 0x449B, 0x0C3B, 0x4363, 0x449C, 0x4367, 0x44BE, 0xC83C, 0x185B)
    bmi(EIGHTS)
    #: ldm r3!, {r6, r7}; r8 += r2 * rev r6; r9 += r2 * r6 >> 16; r10 += r2 * r6;
    #: r11 += r2 * rev r7; r12 += r2 * r7 >> 16; lr += r2 * r7; add r5, r5, r1; ldm r5!, {r6, r7};
    #: r8 += r4 * rev r6; r9 += r4 * r6 >> 16; r10 += r4 * r6; r11 += r4 * rev r7;
    #: r12 += r4 * r7 >> 16; lr += r4 * r7; ldm r0!, {r2, r3, r4, r5}; add r3, r3, r1
    data(2, 0xCBC0, 0xBA33, 0x4353, 0x4498, 0x0C33, 0x4353, 0x4499, 0x4356, 0x44B2, 0xBA3B)
    data(2, 0x4353, 0x449B, 0x0C3B, 0x4353, 0x449C, 0x4357, 0x44BE, 0x186D, 0xCDC0)
    data(2, 0xBA33, 0x4363, 0x4498, 0x0C33, 0x4363, 0x4499, 0x4366, 0x44B2, 0xBA3B)
    data(2, 0x4363, 0x449B, 0x0C3B, 0x4363, 0x449C, 0x4367, 0x44BE, 0xC83C, 0x185B)
    bpl(FOUR_INPUTS)
    label(EIGHTS)
    #: mov r0, lr; mov r1, r11; mov r2, r12; lsl r3, r2, 16; sub r0, r0, r3; lsl r6, r2, 8;
    #: lsl r3, r2, 24; add r6, r6, r3; lsl r3, r1, 16; sub r6, r6, r3; asr r6, r6, 8;
    #: sub r7, r2, r6; asr r7, r7, 8; sub r1, r1, r7; lsl r3, r6, 8; sub r1, r1, r3; lsl r4, r0, 8;
    #: lsl r3, r0, 24; add r4, r4, r3; sub r4, r4, r1; asr r4, r4, 8; sub r5, r0, r4; asr r5, r5, 8;
    #: add r3, sp, S4; stm r3!, {r4, r5, r6, r7}
    data(2, 0x4670, 0x4659, 0x4662, 0x0413, 0x1AC0, 0x0216, 0x0613, 0x18F6, 0x040B)
    data(2, 0x1AF6, 0x1236, 0x1B97, 0x123F, 0x1BC9, 0x0233, 0x1AC9, 0x0204)
    data(2, 0x0603, 0x18E4, 0x1A64, 0x1224, 0x1B05, 0x122D, 0xAB04, 0xC3F0)
    label(APART)
    #: mov r0, r10; mov r1, r8; mov r2, r9; lsl r3, r2, 16; sub r0, r0, r3; lsl r6, r2, 8;
    #: lsl r3, r2, 24; add r6, r6, r3; lsl r3, r1, 16; sub r6, r6, r3; asr r6, r6, 8;
    #: sub r7, r2, r6; asr r7, r7, 8; sub r1, r1, r7; lsl r3, r6, 8; sub r1, r1, r3; lsl r4, r0, 8;
    #: lsl r3, r0, 24; add r4, r4, r3; sub r4, r4, r1; asr r4, r4, 8; sub r5, r0, r4; asr r5, r5, 8;
    #: mov r3, sp; stm r3!, {r4, r5, r6, r7}
    data(2, 0x4650, 0x4641, 0x464A, 0x0413, 0x1AC0, 0x0216, 0x0613, 0x18F6, 0x040B)
    data(2, 0x1AF6, 0x1236, 0x1B97, 0x123F, 0x1BC9, 0x0233, 0x1AC9, 0x0204)
    data(2, 0x0603, 0x18E4, 0x1A64, 0x1224, 0x1B05, 0x122D, 0x466B, 0xC3F0)
    label(SUMS)
    # r9 to r12, r14: LEAST to LOW, r5: parameters, r6: end of y, r7: from -count to 0
    #: add r4, sp, LEAST; ldm r4!, {r0, r1, r2, r3, r5}; mov r9, r0; mov r10, r1; mov r11, r2;
    #: mov r12, r3; mov lr, r5; ldr r1, WEIGHTS; ldr r2, BLOCK; add r1, r1, r2; str r1, WEIGHTS;
    #: ldr r5, CHANNEL; ldr r6, OUT; ldr r7, LEFT; cmp r7, 8; ble 1; mov r7, 8; add r6, r6, r7;
    #: neg r7, r7; mov r4, sp
    data(2, 0xAC08, 0xCC2F, 0x4681, 0x468A, 0x4693, 0x469C, 0x46AE, 0x9911, 0x9A29, 0x1889)
    data(2, 0x9111, 0x9D12, 0x9E14, 0x9F13, 0x2F08, 0xDD00, 0x2708, 0x19F6, 0x427F, 0x466C)
    label(OUTPUT)
    #: ldm r4!, {r0}; ldm r5!, {r1, r2, r3}; add r0, r0, r1; cmp r0, r9
    data(2, 0xCC01, 0xCD0E, 0x1840, 0x4548)
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
    label(WRITTEN)
    #: str r5, CHANNEL; str r6, OUT; ldr r7, LEFT; sub r7, 8; str r7, LEFT
    data(2, 0x9512, 0x9614, 0x9F13, 0x3F08, 0x9713)
    ble(DONE)
    b(BLOCK)
    label(OUTSIDE)
    cmp(r0, 0)
    blt(LOWEST)
    data(2, 0x4658, 0x3801)  # mov r0, r11; sub r0, 1
    b(INSIDE)
    label(LOWEST)
    data(2, 0x4670, 0x55F0, 0x3701)  # mov r0, lr; strb r0, [r6, r7]; add r7, 1
    bne(OUTPUT)
    b(WRITTEN)
    label(DONE)
    #: ldr r3, P; ldr r0, Y; ldr r1, [r3, y_step]; add r0, r0, r1; str r0, Y; ldr r2, [r3, step];
    #: ldr r0, SRC; ldr r1, COLUMN; add r0, r0, r2; add r1, r1, r2; str r0, SRC; str r1, COLUMN;
    #: ldr r4, OX; sub r4, 1; str r4, OX
    data(2, 0x9B28, 0x9810, 0x6C59, 0x1840, 0x9010, 0x6B1A, 0x9815, 0x9917)
    data(2, 0x1880, 0x1889, 0x9015, 0x9117, 0x9C26, 0x3C01, 0x9426)
    beq(EDGE)
    b(PIXEL)
    label(EDGE)
    #: ldr r0, LINE0; ldr r1, IY; ldr r4, OY; ldr r2, [r3, stride_h]; add r1, r1, r2;
    #: ldr r5, [r3, row]; mul r2, r5; add r0, r0, r2; str r0, LINE0; str r1, IY; sub r4, 1;
    #: str r4, OY
    data(2, 0x9824, 0x9925, 0x9C27, 0x6ADA, 0x1889, 0x6A1D)
    data(2, 0x436A, 0x1880, 0x9024, 0x9125, 0x3C01, 0x9427)
    bgt(AGAIN)
    b(END)
    label(AGAIN)
    b(LINE)
    label(DOUBT)
    #: sub r4, 4; sub r5, 12; ldm r4!, {r0}; ldm r5!, {r1, r2, r3}; add r0, r0, r1
    data(2, 0x3C04, 0x3D0C, 0xCC01, 0xCD0E, 0x1840)
    rescale_exactly()
    label(RESCALED)
    b(ROUNDED)
    label(END)
    data(2, 0xB02F)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
