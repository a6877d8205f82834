"""The depthwise convolution in Thumb-1 assembly.

x: the image, uint8, word aligned, row by row, channels last; in the same buffer, at patch_at,
also word aligned, room for a patch: k_h rows of `run` bytes, padded to a whole word.
w: weight + 128 of every channel for the first tap, then for each next tap; then the table.
y: bytes.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by name, `beq n` for a branch over n of them.
"""

import micropython
from fragments.copy_channels_patches import copy_channels_patches
from fragments.next_patch import next_patch


# p: inputs (taps of one channel; not read here), outputs (channels), x_at, y_at, zero_point,
# activation_min, activation_max, table (its place in w, or 0), rows, row (bytes of one), k_h, run
# (bytes of a patch's row), stride_h, step (bytes from patch to patch), pad_top, left (bytes of
# padding), out_h, out_w, y_step (entries from pixel to pixel), pad (padding value), patch_at, then
# bias, multiplier and shift of each output.
@micropython.asm_thumb
def depthwise_conv(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: ROUND 0, MIN 4, MOST 8, MAX 12, SRC 16, PATCH 20, COLUMN 24, LIMIT 28, ROW 32, RUN 36,
    # KH 40, W 44, FIRST 48, OUTPUTS 52, Y 56, P 60, TABLE 64, PADS 68, BYTES 72, COLUMNS 76,
    # ROWS 80, LINE0 84, IY 88, OX 92, OY 96, FRAME 100
    # ROUND: 2 * zero_point + 1. SRC: a patch's place in x, LINE0: that of the first in a row.
    # LIMIT: the first clipped column.
    #: sub sp, FRAME; str r1, W; str r3, P; ldr r5, [r3, y_at]; add r2, r2, r5; str r2, Y;
    #: ldr r4, [r3, table]; mov r5, r4; cmp r4, 0; beq 1; add r5, r5, r1; str r5, TABLE;
    #: ldr r6, [r3, zero_point]; lsl r6, r6, 1; add r6, 1; ldr r5, [r3, activation_min];
    #: ldr r7, [r3, activation_max]; str r6, ROUND; str r5, MIN; str r7, MAX
    data(2, 0xB099, 0x910B, 0x930F, 0x68DD, 0x1952, 0x920E, 0x69DC, 0x4625, 0x2C00, 0xD000)
    data(2, 0x186D, 0x9510, 0x691E, 0x0076, 0x3601, 0x695D, 0x699F, 0x9600, 0x9501, 0x9703)
    # with a table, MOST is below all outputs: all take the path of those above it
    #: cmp r4, 0; beq 2; mov r7, 1; lsl r7, r7, 31; str r7, MOST; ldr r4, [r3, pad]; lsl r5, r4, 8;
    #: orr r4, r5; lsl r5, r4, 16; orr r4, r5; str r4, PADS; ldr r4, [r3, patch_at]; add r4, r4, r0;
    #: str r4, PATCH; mov r4, r3; add r4, bias; ldr r6, [r3, outputs]; str r4, FIRST;
    #: str r6, OUTPUTS
    data(2, 0x2C00, 0xD001, 0x2701, 0x07FF, 0x9702, 0x6CDC, 0x0225, 0x432C, 0x0425, 0x432C)
    data(2, 0x9411, 0x6D1C, 0x1824, 0x9405, 0x461C, 0x3454, 0x685E, 0x940C, 0x960D)
    copy_channels_patches()
    # r4: parameters, r5: patch, r6: w, r7: channels, r8: the last tap, r12: y, r14: end of r5
    #: add r3, sp, ROUND; ldm r3!, {r0, r1, r2}; ldr r4, FIRST; ldr r7, OUTPUTS; mov r9, r0;
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
    data(2, 0xCC0E, 0x1840)  # ldm r4!, {r1, r2, r3}; add r0, r0, r1
    # requantize and clamp
    #: asr r1, r0, 15; mul r1, r2; lsl r0, r0, 17; lsr r0, r0, 17; mul r0, r2; lsr r0, r0, 15;
    #: add r0, r0, r1; sub r3, 16; asr r0, r3; add r0, r9; asr r0, r0, 1; cmp r0, r10; bge 1;
    #: mov r0, r10; cmp r0, r11
    data(2, 0x13C1, 0x4351, 0x0440, 0x0C40, 0x4350, 0x0BC0, 0x1840, 0x3B10)
    data(2, 0x4118, 0x4448, 0x1040, 0x4550, 0xDA00, 0x4650, 0x4558)
    bgt(ABOVE)
    label(STORE)
    #: mov r1, r12; strb r0, [r1, 0]; add r1, 1; mov r12, r1; add r5, 1; add r6, 1; cmp r5, lr
    data(2, 0x4661, 0x7008, 0x3101, 0x468C, 0x3501, 0x3601, 0x4575)
    bne(CHANNEL)
    b(DONE)
    label(ABOVE)
    #: ldr r1, MAX; cmp r0, r1; ble 1; mov r0, r1; ldr r1, TABLE; cmp r1, 0
    data(2, 0x9903, 0x4288, 0xDD00, 0x4608, 0x9910, 0x2900)
    beq(STORE)
    data(2, 0x5C40)  # ldrb r0, [r0, r1]
    b(STORE)
    label(DONE)
    next_patch()
    beq(END)
    b(LINE)
    label(END)
    data(2, 0xB019)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
