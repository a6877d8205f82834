"""The convolution in Thumb-1 assembly, with sums rescaled in float32 as XNNPACK does.

x: the image, uint8, word aligned, row by row, channels last; in the same buffer, at patch_at,
also word aligned, room for a list: two words for each input of a patch, and six more.
w: blocks of 8 output channels, the last of 4 if at most 4 are left; in a block, for each input of a
patch (padded to a multiple of 4 with 128), a byte of every channel, weight + 128.
y: bytes.

For each pixel, the inputs of its patch that are not zero are listed. Then each block of outputs
multiplies only those. A word holds four weights, and none is extracted: three sums are enough for
four outputs, see `export/kernels/thumb_sums.py`. Weights that are not word aligned, or would make a
sum too large for that, are multiplied byte by byte.

An input that is not zero takes 23 cycles in a block of 8.
`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by name, `beq n` for a branch over n of them, and
`r8 += r2 * rev r6` for `rev r3, r6`, `mul(r3, r2)`, `add(r8, r3)`.
"""

import micropython
from fragments.list_inputs import list_inputs
from fragments.rescale_exactly import rescale_exactly


# p: inputs (k_h * run), outputs, x_at, y_at, zero_point, activation_min, activation_max, rows, row
# (bytes of one), k_h, run (bytes of a patch's row), stride_h, step (bytes from patch to patch),
# pad_top, left (bytes of padding), out_h, out_w, y_step (entries from pixel to pixel), pad (padding
# value), patch_at, most (sums of inputs up to it go word by word), then scale, first, factor and
# range of each output, see `export/kernels/thumb_scales.py`.
@micropython.asm_thumb
def conv_xnnpack(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: ROUND 0, LOW 4, HIGH 8, OFFSET 12, S0 16, S1 20, S2 24, S3 28, S4 32, S5 36, S6 40,
    # S7 44, W 48, FIRST 52, OUTPUTS 56, Y 60, WEIGHTS 64, CHANNEL 68, LEFT 72, OUT 76, SRC 80,
    # LIST 84, COLUMN 88, RUN 92, ROW 96, BEFORE 100, INSIDE 104, AFTER 108, LINE 112, AT 116,
    # TAPS 120, BYTES 124, PAD 128, ROWS 132, KH 136, LINE0 140, IY 144, OX 148, OY 152, P 156,
    # BLOCK 160, MINUS 164, HALVES 168, WHOLE 172, SLOW 176, MOST 180, FRAME 184
    # ROUND: LOW, a half and what is in doubt, of 2**24. LOW, HIGH: limits of outputs. OFFSET:
    # zero_point - LOW. S0 to S7: sums.
    # WEIGHTS to OUT: the next block's, BLOCK: its bytes of w. SRC: a patch's place in x, LINE0:
    # that of the first in a row. BEFORE, INSIDE, AFTER: bytes of a patch's row beside the image
    # and in it. LINE, AT, TAPS: place, number and count of the rows that are listed next.
    # MINUS: -128 * sum of x, HALVES and WHOLE: that in 2 and in 4 bytes. SLOW: 0 or 1.
    #: sub sp, FRAME; str r1, W; str r3, P; ldr r4, [r3, y_at]; add r2, r2, r4; str r2, Y;
    #: ldr r4, [r3, zero_point]; ldr r5, [r3, activation_min]; ldr r6, [r3, activation_max];
    #: str r5, LOW; str r6, HIGH; sub r4, r4, r5; str r4, OFFSET; mov r4, 65; lsl r4, r4, 17;
    #: lsl r5, r5, 24; add r4, r4, r5; str r4, ROUND
    data(2, 0xB0AE, 0x910C, 0x9327, 0x68DC, 0x1912, 0x920F, 0x691C, 0x695D, 0x699E)
    data(2, 0x9501, 0x9602, 0x1B64, 0x9403, 0x2441, 0x0464, 0x062D, 0x1964, 0x9400)
    #: ldr r4, [r3, inputs]; add r4, 3; lsr r4, r4, 2; lsl r4, r4, 5; str r4, BLOCK;
    #: ldr r4, [r3, patch_at]; add r4, r4, r0; str r4, LIST; mov r4, r3; add r4, scale;
    #: str r4, FIRST; ldr r4, [r3, outputs]; str r4, OUTPUTS; ldr r4, [r3, pad]; str r4, PAD;
    #: ldr r4, [r3, rows]; str r4, ROWS; ldr r4, [r3, k_h]; str r4, KH; ldr r4, [r3, most];
    #: str r4, MOST
    data(2, 0x681C, 0x3403, 0x08A4, 0x0164, 0x9428, 0x6CDC, 0x1824)
    data(2, 0x9415, 0x461C, 0x3454, 0x940D, 0x685C, 0x940E, 0x6C9C)
    data(2, 0x9420, 0x69DC, 0x9421, 0x6A5C, 0x9422, 0x6D1C, 0x942D)
    # r5: 0 if everything is whole words, r0: where the first window begins (or would) in x
    #: ldr r4, [r3, row]; ldr r5, [r3, run]; str r4, ROW; str r5, RUN; ldr r1, [r3, x_at];
    #: add r0, r0, r1; ldr r1, [r3, step]; ldr r2, [r3, left]; orr r5, r4; orr r5, r1; orr r5, r2;
    #: lsl r5, r5, 30; sub r0, r0, r2; ldr r1, [r3, pad_top]; mul r4, r1; sub r0, r0, r4;
    #: neg r1, r1; ldr r4, [r3, out_h]; str r5, BYTES; str r0, LINE0; str r1, IY; str r4, OY
    data(2, 0x6A1C, 0x6A9D, 0x9418, 0x9517, 0x6899, 0x1840, 0x6B19, 0x6B9A)
    data(2, 0x4325, 0x430D, 0x4315, 0x07AD, 0x1A80, 0x6B59, 0x434C)
    data(2, 0x1B00, 0x4249, 0x6BDC, 0x951F, 0x9023, 0x9124, 0x9426)
    list_inputs()
    label(LISTED)
    # an even number of inputs, then the end: a place that makes an address negative
    #: mov r2, 0; mov r3, 0; ldr r4, LIST; sub r4, r1, r4; lsl r4, r4, 28; bpl 1; stm r1!, {r2, r3};
    #: mov r6, 1; lsl r6, r6, 31; stm r1!, {r3, r6}; ldr r4, MOST; cmp r4, r7; bge 1; mov r2, 1;
    #: lsl r3, r7, 7; neg r3, r3; lsl r4, r3, 8; add r4, r4, r3; lsl r5, r4, 16; add r5, r5, r4;
    #: str r3, MINUS; str r4, HALVES; str r5, WHOLE; str r2, SLOW; add r7, sp, W;
    #: ldm r7!, {r0, r1, r2, r3}; stm r7!, {r0, r1, r2, r3}
    data(2, 0x2200, 0x2300, 0x9C15, 0x1B0C, 0x0724, 0xD500, 0xC10C, 0x2601, 0x07F6)
    data(2, 0xC148, 0x9C2D, 0x42BC, 0xDA00, 0x2201, 0x01FB, 0x425B, 0x021C, 0x18E4)
    data(2, 0x0425, 0x192D, 0x9329, 0x942A, 0x952B, 0x922C, 0xAF0C, 0xCF0F, 0xC70F)
    label(BLOCK)
    #: ldr r0, LIST; ldr r1, WEIGHTS; ldr r7, LEFT; ldr r4, SLOW; orr r4, r1; lsl r4, r4, 30
    data(2, 0x9815, 0x9910, 0x9F12, 0x9C2C, 0x430C, 0x07A4)
    beq(ALIGNED)
    # byte by byte; sums: r4, r5, r8 to r12, r14 of one output each, r7: outputs left
    #: ldr r4, MINUS; mov r5, r4; mov r8, r4; mov r9, r4; mov r10, r4; mov r11, r4; mov r12, r4;
    #: mov lr, r4
    data(2, 0x9C29, 0x4625, 0x46A0, 0x46A1, 0x46A2, 0x46A3, 0x46A4, 0x46A6)
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
    #: mov r6, r8; mov r7, r9; add r0, sp, S0; stm r0!, {r4, r5, r6, r7}; mov r4, r10; mov r5, r11;
    #: mov r6, r12; mov r7, lr; stm r0!, {r4, r5, r6, r7}
    data(2, 0x4646, 0x464F, 0xA804, 0xC0F0, 0x4654, 0x465D, 0x4666, 0x4677, 0xC0F0)
    b(SUMS)
    label(ALIGNED)
    # sums of x times the bytes reversed: r8, r11; the upper two: r9, r12; the word: r10, r14
    #: ldr r2, HALVES; ldr r3, WHOLE; mov r8, r3; mov r9, r2; mov r10, r3; mov r11, r3; mov r12, r2;
    #: mov lr, r3; cmp r7, 4
    data(2, 0x9A2A, 0x9B2B, 0x4698, 0x4691, 0x469A, 0x469B, 0x4694, 0x469E, 0x2F04)
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
    data(2, 0x0603, 0x18E4, 0x1A64, 0x1224, 0x1B05, 0x122D, 0xAB08, 0xC3F0)
    label(APART)
    #: mov r0, r10; mov r1, r8; mov r2, r9; lsl r3, r2, 16; sub r0, r0, r3; lsl r6, r2, 8;
    #: lsl r3, r2, 24; add r6, r6, r3; lsl r3, r1, 16; sub r6, r6, r3; asr r6, r6, 8;
    #: sub r7, r2, r6; asr r7, r7, 8; sub r1, r1, r7; lsl r3, r6, 8; sub r1, r1, r3; lsl r4, r0, 8;
    #: lsl r3, r0, 24; add r4, r4, r3; sub r4, r4, r1; asr r4, r4, 8; sub r5, r0, r4; asr r5, r5, 8;
    #: add r3, sp, S0; stm r3!, {r4, r5, r6, r7}
    data(2, 0x4650, 0x4641, 0x464A, 0x0413, 0x1AC0, 0x0216, 0x0613, 0x18F6, 0x040B)
    data(2, 0x1AF6, 0x1236, 0x1B97, 0x123F, 0x1BC9, 0x0233, 0x1AC9, 0x0204)
    data(2, 0x0603, 0x18E4, 0x1A64, 0x1224, 0x1B05, 0x122D, 0xAB04, 0xC3F0)
    label(SUMS)
    # r9, r10, r11: ROUND, LOW, HIGH, r4: parameters, r6: end of y, r7: from -count to 0
    #: mov r5, sp; ldm r5!, {r0, r1, r2}; add r5, 4; mov r9, r0; mov r10, r1; mov r11, r2;
    #: ldr r1, WEIGHTS; ldr r2, BLOCK; add r1, r1, r2; str r1, WEIGHTS; ldr r4, CHANNEL;
    #: ldr r6, OUT; ldr r7, LEFT; cmp r7, 8; ble 1; mov r7, 8; add r6, r6, r7; neg r7, r7
    data(2, 0x466D, 0xCD07, 0x3504, 0x4681, 0x468A, 0x4693, 0x9910, 0x9A28, 0x1889)
    data(2, 0x9110, 0x9C11, 0x9E13, 0x9F12, 0x2F08, 0xDD00, 0x2708, 0x19F6, 0x427F)
    label(OUTPUT)
    #: ldm r4!, {r0, r1, r2, r3}; ldm r5!, {r0}; add r0, r0, r1; cmp r0, r3
    data(2, 0xCC0F, 0xCD01, 0x1840, 0x4298)
    bcs(OUTSIDE)
    data(2, 0x4342, 0x444A, 0x0211, 0x0E89)  # mul r2, r0; add r2, r9; lsl r1, r2, 8; lsr r1, r1, 26
    beq(DOUBT)
    lsr(r0, r2, 24)
    label(INSIDE)
    data(2, 0x55F0, 0x3701)  # strb r0, [r6, r7]; add r7, 1
    bne(OUTPUT)
    label(WRITTEN)
    #: str r4, CHANNEL; str r6, OUT; ldr r7, LEFT; sub r7, 8; str r7, LEFT
    data(2, 0x9411, 0x9613, 0x9F12, 0x3F08, 0x9712)
    ble(DONE)
    b(BLOCK)
    label(OUTSIDE)
    bge(HIGHEST)
    data(2, 0x4650, 0x55F0, 0x3701)  # mov r0, r10; strb r0, [r6, r7]; add r7, 1
    bne(OUTPUT)
    b(WRITTEN)
    label(HIGHEST)
    cmp(r2, 0)
    beq(DOUBT)
    mov(r0, r11)
    b(INSIDE)
    label(DONE)
    #: ldr r3, P; ldr r0, Y; ldr r1, [r3, y_step]; add r0, r0, r1; str r0, Y; ldr r2, [r3, step];
    #: ldr r0, SRC; ldr r1, COLUMN; add r0, r0, r2; add r1, r1, r2; str r0, SRC; str r1, COLUMN;
    #: ldr r4, OX; sub r4, 1; str r4, OX
    data(2, 0x9B27, 0x980F, 0x6C59, 0x1840, 0x900F, 0x6B1A, 0x9814, 0x9916)
    data(2, 0x1880, 0x1889, 0x9014, 0x9116, 0x9C25, 0x3C01, 0x9425)
    beq(EDGE)
    b(PIXEL)
    label(EDGE)
    #: ldr r0, LINE0; ldr r1, IY; ldr r4, OY; ldr r2, [r3, stride_h]; add r1, r1, r2;
    #: ldr r5, [r3, row]; mul r2, r5; add r0, r0, r2; str r0, LINE0; str r1, IY; sub r4, 1;
    #: str r4, OY
    data(2, 0x9823, 0x9924, 0x9C26, 0x6ADA, 0x1889, 0x6A1D)
    data(2, 0x436A, 0x1880, 0x9023, 0x9124, 0x3C01, 0x9426)
    bgt(AGAIN)
    b(END)
    label(AGAIN)
    b(LINE)
    label(DOUBT)
    rescale_exactly()
    label(RESCALED)
    b(INSIDE)
    label(END)
    data(2, 0xB02E)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
