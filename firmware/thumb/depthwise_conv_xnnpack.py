"""The depthwise convolution in Thumb-1 assembly, with sums rescaled in float32 as XNNPACK does.

x: the image, uint8, word aligned, row by row, channels last; in the same buffer, at patch_at,
also word aligned, room for a patch: k_h rows of `run` bytes, padded to a whole word.
w: weight + 128 of every channel for the first tap, then for each next tap.
y: bytes.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by name, `beq n` for a branch over n of them.
"""

import micropython
from fragments.copy_channels_patches import copy_channels_patches
from fragments.next_patch import next_patch
from fragments.nine_taps import nine_taps
from fragments.rescale_exactly import rescale_exactly


# p: inputs (taps of one channel; not read here), outputs (channels), x_at, y_at, zero_point,
# activation_min, activation_max, table (its place in w, or 0), rows, row (bytes of one), k_h, run
# (bytes of a patch's row), stride_h, step (bytes from patch to patch), pad_top, left (bytes of
# padding), out_h, out_w, y_step (entries from pixel to pixel), pad (padding value), patch_at, then
# scale, first, factor and range of each output, see `export/kernels/thumb_scales.py`.
@micropython.asm_thumb
def depthwise_conv_xnnpack(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: ROUND 0, LOW 4, HIGH 8, OFFSET 12, SRC 16, PATCH 20, COLUMN 24, LIMIT 28, ROW 32,
    # RUN 36, KH 40, W 44, FIRST 48, OUTPUTS 52, Y 56, P 60, NINE 64, PADS 68, BYTES 72, COLUMNS 76,
    # ROWS 80, LINE0 84, IY 88, OX 92, OY 96, T0 100, T1 104, T2 108, T3 112, T4 116, T5 120,
    # T6 124, T7 128, T8 132, BIAS 136, FACTOR 140, TOP 144, CHANNEL 148, CHANNELS 152, X 156,
    # YCHANNEL 160, YCOLUMN 164, YAT 168, YEND 172, YSPAN 176, OUTS 180, XEND 184, SPAN 188,
    # WAIT 192, STRIDE 196, UPTO 200, LEFT 204, RIGHT 208, FRAME 212
    # ROUND: LOW, a half and what is in doubt, of 2**24. LOW, HIGH: limits of outputs. OFFSET:
    # zero_point - LOW. SRC: a patch's place in x, LINE0: that of the first in a row. LIMIT: the
    # first clipped column. The words from NINE on are explained in `nine_taps`.
    #: sub sp, FRAME; str r1, W; str r3, P; ldr r5, [r3, y_at]; add r2, r2, r5; str r2, Y;
    #: ldr r4, [r3, zero_point]; ldr r5, [r3, activation_min]; ldr r6, [r3, activation_max];
    #: str r5, LOW; str r6, HIGH; sub r7, r4, r5; str r7, OFFSET; mov r6, 65; lsl r6, r6, 17;
    #: lsl r7, r5, 24; add r6, r6, r7; str r6, ROUND; ldr r6, [r3, outputs]; str r6, OUTPUTS;
    #: mov r7, r3; add r7, scale; str r7, FIRST; ldr r7, [r3, pad]; orr r5, r4; orr r5, r7;
    #: ldr r4, [r3, inputs]; sub r4, 9; orr r5, r4; ldr r4, [r3, k_h]; sub r4, 3; orr r5, r4
    data(2, 0xB0B5, 0x910B, 0x930F, 0x68DD, 0x1952, 0x920E, 0x691C, 0x695D)
    data(2, 0x699E, 0x9501, 0x9602, 0x1B67, 0x9703, 0x2641, 0x0476, 0x062F)
    data(2, 0x19F6, 0x9600, 0x685E, 0x960D, 0x461F, 0x3754, 0x970C, 0x6CDF)
    data(2, 0x4325, 0x433D, 0x681C, 0x3C09, 0x4325, 0x6A9C, 0x3C03, 0x4325)
    bne(ANY)
    # each middle column of a window is in the image
    #: ldr r1, [r3, x_at]; add r1, r1, r0; str r1, X; ldr r4, [r3, left]; sub r4, r6, r4
    data(2, 0x6899, 0x1809, 0x9127, 0x6BDC, 0x1B34)
    bmi(ANY)
    #: ldr r5, [r3, out_w]; sub r5, 1; ldr r1, [r3, step]; mul r5, r1; add r4, r4, r5;
    #: ldr r1, [r3, row]; cmp r4, r1
    data(2, 0x6C5D, 0x3D01, 0x6B59, 0x434D, 0x1964, 0x6A59, 0x428C)
    bcs(ANY)
    b(NINE)
    label(ANY)
    #: mov r4, 0; str r4, NINE; lsl r5, r7, 8; orr r5, r7; lsl r4, r5, 16; orr r5, r4; str r5, PADS;
    #: ldr r4, [r3, patch_at]; add r4, r4, r0; str r4, PATCH
    data(2, 0x2400, 0x9410, 0x023D, 0x433D, 0x042C, 0x4325, 0x9511, 0x6D1C, 0x1824, 0x9405)
    copy_channels_patches()
    # r4: parameters, r5: patch, r6: w, r7: channels, r8: the last tap, r9 to r11: ROUND, LOW, HIGH,
    # r12: y, r14: end of r5
    #: mov r3, sp; ldm r3!, {r0, r1, r2}; ldr r4, FIRST; ldr r7, OUTPUTS; mov r9, r0; mov r10, r1;
    #: mov r11, r2; ldr r5, PATCH; ldr r6, W; ldr r0, Y; ldr r1, RUN; ldr r2, KH; mul r1, r2;
    #: sub r1, r1, r7; add r2, r5, r7; mov r8, r1; mov r12, r0; mov lr, r2
    data(2, 0x466B, 0xCB07, 0x9C0C, 0x9F0D, 0x4681, 0x468A, 0x4693, 0x9D05, 0x9E0B)
    data(2, 0x980E, 0x9909, 0x9A0A, 0x4351, 0x1BC9, 0x19EA, 0x4688, 0x4684, 0x4696)
    label(CHANNEL)
    mov(r0, 0)
    mov(r3, r8)
    label(TAP)
    #: ldrb r1, [r5, r3]; ldrb r2, [r6, r3]; sub r2, 128; mul r1, r2; add r0, r0, r1; sub r3, r3, r7
    data(2, 0x5CE9, 0x5CF2, 0x3A80, 0x4351, 0x1840, 0x1BDB)
    bpl(TAP)
    #: add r4, 4; ldm r4!, {r1, r2, r3}; add r0, r0, r1; cmp r0, r3
    data(2, 0x3404, 0xCC0E, 0x1840, 0x4298)
    bcs(OUTSIDE)
    data(2, 0x4342, 0x444A, 0x0211, 0x0E89)  # mul r2, r0; add r2, r9; lsl r1, r2, 8; lsr r1, r1, 26
    beq(DOUBT)
    lsr(r0, r2, 24)
    label(INSIDE)
    #: mov r1, r12; strb r0, [r1, 0]; add r1, 1; mov r12, r1; add r5, 1; add r6, 1; cmp r5, lr
    data(2, 0x4661, 0x7008, 0x3101, 0x468C, 0x3501, 0x3601, 0x4575)
    bne(CHANNEL)
    b(DONE)
    label(OUTSIDE)
    bge(HIGHEST)
    mov(r0, r10)
    b(INSIDE)
    label(HIGHEST)
    cmp(r2, 0)
    beq(DOUBT)
    mov(r0, r11)
    b(INSIDE)
    label(DOUBT)
    rescale_exactly()
    label(RESCALED)
    data(2, 0x9910, 0x2900)  # ldr r1, NINE; cmp r1, 0
    bne(BACK)
    b(INSIDE)
    label(BACK)
    data(2, 0x4603, 0x9804, 0x9933, 0x9A34)  # mov r3, r0; ldr r0, SRC; ldr r1, LEFT; ldr r2, RIGHT
    b(WRITE)
    label(DONE)
    next_patch()
    bgt(AGAIN)
    b(END)
    label(AGAIN)
    b(LINE)
    label(NINE)
    nine_taps()
    label(END)
    data(2, 0xB035)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
