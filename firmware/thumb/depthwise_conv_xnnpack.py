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
# bias, mantissa (with the shift) and shift (with the half that is added) of each output, see
# `export/kernels/thumb_scales.py`.
@micropython.asm_thumb
def depthwise_conv_xnnpack(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: LEAST 0, NEAR 4, RANGE 8, OFFSET 12, SRC 16, PATCH 20, COLUMN 24, LIMIT 28, ROW 32,
    # RUN 36, KH 40, W 44, FIRST 48, OUTPUTS 52, Y 56, P 60, LOW 64, PADS 68, BYTES 72, COLUMNS 76,
    # ROWS 80, LINE0 84, IY 88, OX 92, OY 96, T0 100, T1 104, T2 108, T3 112,
    # T4 116, T5 120, T6 124, T7 128, T8 132, BIAS 136, SCALE 140, HALF 144, ROWS3 148, WIDTH 152,
    # INSIDE 156, CHANNEL 160, AT 164, CHANNELS 168, OUTS 172, NINE 176, TAPS 180, FRAME 184
    # LEAST: sums up to it give the lowest level, LOW. NEAR: how near to a half is in doubt.
    # RANGE: the number of levels. OFFSET: zero_point - LOW. SRC: a patch's place in x, LINE0: that
    # of the first in a row. LIMIT: the first clipped column.
    # For windows of 3 x 3: T0 to T8: the weights of a channel, BIAS, SCALE, HALF: its parameters.
    # ROWS3: three padded rows of the image, WIDTH: bytes of one, INSIDE: those that are not
    # padding. CHANNEL: its parameters, AT: its place in x or y. CHANNELS, TAPS: counters.
    # OUTS: entries of y from row to row. NINE: not 0 there.
    #: sub sp, FRAME; str r1, W; str r3, P; ldr r5, [r3, y_at]; add r2, r2, r5; str r2, Y;
    #: mov r4, 0; str r4, NINE; ldr r4, [r3, inputs]; sub r4, 9; ldr r5, [r3, k_h]; sub r5, 3;
    #: orr r4, r5; ldr r5, [r3, zero_point]; orr r4, r5; ldr r5, [r3, activation_min]; orr r4, r5
    data(2, 0xB0AE, 0x910B, 0x930F, 0x68DD, 0x1952, 0x920E, 0x2400, 0x942C, 0x681C)
    data(2, 0x3C09, 0x6A9D, 0x3D03, 0x432C, 0x691D, 0x432C, 0x695D, 0x432C)
    bne(ANY)
    b(NINE)
    label(ANY)
    #: ldr r4, [r3, zero_point]; ldr r5, [r3, activation_min]; ldr r6, [r3, activation_max];
    #: sub r6, r6, r5; add r6, 1; str r5, LOW; str r6, RANGE; sub r7, r4, r5; str r7, OFFSET;
    #: mov r5, 1; lsl r5, r5, 25; str r5, NEAR; mov r4, 0; cmp r7, 0; ble 2; mov r4, 1;
    #: lsl r4, r4, 31; str r4, LEAST; ldr r4, [r3, pad]; lsl r5, r4, 8; orr r4, r5; lsl r5, r4, 16;
    #: orr r4, r5; str r4, PADS; ldr r4, [r3, patch_at]; add r4, r4, r0; str r4, PATCH; mov r4, r3;
    #: add r4, bias; ldr r6, [r3, outputs]; str r4, FIRST; str r6, OUTPUTS
    data(2, 0x691C, 0x695D, 0x699E, 0x1B76, 0x3601, 0x9510, 0x9602, 0x1B67)
    data(2, 0x9703, 0x2501, 0x066D, 0x9501, 0x2400, 0x2F00, 0xDD01, 0x2401)
    data(2, 0x07E4, 0x9400, 0x6CDC, 0x0225, 0x432C, 0x0425, 0x432C, 0x9411)
    data(2, 0x6D1C, 0x1824, 0x9405, 0x461C, 0x3454, 0x685E, 0x940C, 0x960D)
    copy_channels_patches()
    # r4: parameters, r5: patch, r6: w, r7: channels, r8: the last tap, r12: y, r14: end of r5
    #: add r3, sp, LEAST; ldm r3!, {r0, r1, r2}; ldr r4, FIRST; ldr r7, OUTPUTS; mov r9, r0;
    #: mov r10, r1; mov r11, r2; ldr r5, PATCH; ldr r6, W; ldr r0, Y; ldr r1, RUN; ldr r2, KH;
    #: mul r1, r2; sub r1, r1, r7; add r2, r5, r7; mov r8, r1; mov r12, r0; mov lr, r2
    data(2, 0xAB00, 0xCB07, 0x9C0C, 0x9F0D, 0x4681, 0x468A, 0x4693, 0x9D05, 0x9E0B)
    data(2, 0x980E, 0x9909, 0x9A0A, 0x4351, 0x1BC9, 0x19EA, 0x4688, 0x4684, 0x4696)
    label(CHANNEL)
    mov(r0, 0)
    mov(r3, r8)
    label(TAP)
    #: ldrb r1, [r5, r3]; ldrb r2, [r6, r3]; sub r2, 128; mul r1, r2; add r0, r0, r1;
    #: sub r3, r3, r7
    data(2, 0x5CE9, 0x5CF2, 0x3A80, 0x4351, 0x1840, 0x1BDB)
    bpl(TAP)
    data(2, 0xCC0E, 0x1840, 0x4548)  # ldm r4!, {r1, r2, r3}; add r0, r0, r1; cmp r0, r9
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
    data(2, 0x9903, 0x1840, 0x4558)  # ldr r1, OFFSET; add r0, r0, r1; cmp r0, r11
    bcs(OUTSIDE)
    label(INSIDE)
    #: ldr r1, LOW; add r0, r0, r1; mov r1, r12; strb r0, [r1, 0]; add r1, 1; mov r12, r1;
    #: add r5, 1; add r6, 1; cmp r5, lr
    data(2, 0x9910, 0x1840, 0x4661, 0x7008, 0x3101, 0x468C, 0x3501, 0x3601, 0x4575)
    bne(CHANNEL)
    b(DONE)
    label(OUTSIDE)
    cmp(r0, 0)
    blt(LOWEST)
    data(2, 0x4658, 0x3801)  # mov r0, r11; sub r0, 1
    b(INSIDE)
    label(LOWEST)
    mov(r0, 0)
    b(INSIDE)
    label(DOUBT)
    # the sum again
    data(2, 0x2000, 0x4643)  # mov r0, 0; mov r3, r8
    label(TAP_AGAIN)
    #: ldrb r1, [r5, r3]; ldrb r2, [r6, r3]; sub r2, 128; mul r1, r2; add r0, r0, r1;
    #: sub r3, r3, r7
    data(2, 0x5CE9, 0x5CF2, 0x3A80, 0x4351, 0x1840, 0x1BDB)
    bpl(TAP_AGAIN)
    data(2, 0x3C0C, 0xCC0E, 0x1840)  # sub r4, 12; ldm r4!, {r1, r2, r3}; add r0, r0, r1
    label(EXACT)
    rescale_exactly()
    label(RESCALED)
    data(2, 0x992C, 0x2900)  # ldr r1, NINE; cmp r1, 0
    bne(SECOND)
    b(ROUNDED)
    label(SECOND)
    #: mov r3, r0; ldr r0, SRC; ldr r1, OUTPUTS; lsl r2, r1, 1
    data(2, 0x4603, 0x9804, 0x990D, 0x004A)
    b(SURE)
    label(DONE)
    next_patch()
    bgt(AGAIN)
    b(END)
    label(AGAIN)
    b(LINE)
    nine_taps()
    label(END)
    data(2, 0xB02E)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
