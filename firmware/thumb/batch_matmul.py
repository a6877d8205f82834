"""The matrix products of two tensors in Thumb-1 assembly.

x, w, y: uint8, with strides in bytes.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it, with words of the frame and of p by name, `bge n` for a branch over n of them.
"""

import micropython


# p: batch, rows, inner, columns, x_at, w_at, y_at, x_batch (bytes from matrix to matrix), x_row
# (from row to row), x_inner, w_batch, w_inner, w_column, y_batch, y_row, y_column, x_zero_point,
# w_zero_point, zero_point, activation_min, activation_max, multiplier, shift.
@micropython.asm_thumb
def batch_matmul(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    push({r4, r5})
    # frame: P 0, A 4, B 8, Y 12, BATCH 16, ROW 20, LINE 24, ROWS 28, COLUMN 32, OUT 36,
    # COLUMNS 40, FRAME 44
    # r8, r9: the zero points, negative
    #: sub sp, FRAME; ldr r4, [r3, x_at]; add r0, r0, r4; ldr r4, [r3, w_at]; add r1, r1, r4;
    #: ldr r4, [r3, y_at]; add r2, r2, r4; str r3, P; str r0, A; str r1, B; str r2, Y;
    #: ldr r4, [r3, x_zero_point]; neg r4, r4; mov r8, r4; ldr r4, [r3, w_zero_point]; neg r4, r4;
    #: mov r9, r4; ldr r4, [r3, batch]; str r4, BATCH
    data(2, 0xB08B, 0x691C, 0x1900, 0x695C, 0x1909, 0x699C, 0x1912, 0x9300, 0x9001, 0x9102)
    data(2, 0x9203, 0x6C1C, 0x4264, 0x46A0, 0x6C5C, 0x4264, 0x46A1, 0x681C, 0x9404)
    label(MATRIX)
    #: ldr r0, A; ldr r2, Y; ldr r4, [r3, rows]; str r0, ROW; str r2, LINE; str r4, ROWS
    data(2, 0x9801, 0x9A03, 0x685C, 0x9005, 0x9206, 0x9407)
    label(NEXT_ROW)
    #: ldr r1, B; ldr r2, LINE; ldr r4, [r3, columns]; str r1, COLUMN; str r2, OUT; str r4, COLUMNS
    data(2, 0x9902, 0x9A06, 0x68DC, 0x9108, 0x9209, 0x940A)
    label(CELL)
    # r0, r1: the operands, r5, r3: their steps, r4: how many are left, r2: the sum
    #: ldr r0, ROW; ldr r1, COLUMN; ldr r4, [r3, inner]; ldr r5, [r3, x_inner];
    #: ldr r3, [r3, w_inner]; mov r2, 0
    data(2, 0x9805, 0x9908, 0x689C, 0x6A5D, 0x6ADB, 0x2200)
    label(PRODUCT)
    #: ldrb r6, [r0, 0]; add r6, r8; ldrb r7, [r1, 0]; add r7, r9; mul r6, r7; add r2, r2, r6;
    #: add r0, r0, r5; add r1, r1, r3; sub r4, 1
    data(2, 0x7806, 0x4446, 0x780F, 0x444F, 0x437E, 0x1992, 0x1940, 0x18C9, 0x3C01)
    bne(PRODUCT)
    # requantize, clamp, and go on to the next column
    #: ldr r3, P; ldr r4, [r3, multiplier]; ldr r5, [r3, shift]; asr r6, r2, 15; mul r6, r4;
    #: lsl r2, r2, 17; lsr r2, r2, 17; mul r2, r4; lsr r2, r2, 15; add r2, r2, r6; sub r5, 16;
    #: asr r2, r5; ldr r4, [r3, zero_point]; lsl r4, r4, 1; add r4, 1; add r2, r2, r4;
    #: asr r2, r2, 1; ldr r4, [r3, activation_min]; cmp r2, r4; bge 1; mov r2, r4;
    #: ldr r4, [r3, activation_max]; cmp r2, r4; ble 1; mov r2, r4; ldr r1, OUT; strb r2, [r1, 0];
    #: ldr r4, [r3, y_column]; add r1, r1, r4; str r1, OUT; ldr r1, COLUMN; ldr r4, [r3, w_column];
    #: add r1, r1, r4; str r1, COLUMN; ldr r4, COLUMNS; sub r4, 1; str r4, COLUMNS
    data(2, 0x9B00, 0x6D5C, 0x6D9D, 0x13D6, 0x4366, 0x0452, 0x0C52, 0x4362, 0x0BD2, 0x1992)
    data(2, 0x3D10, 0x412A, 0x6C9C, 0x0064, 0x3401, 0x1912, 0x1052, 0x6CDC, 0x42A2, 0xDA00)
    data(2, 0x4622, 0x6D1C, 0x42A2, 0xDD00, 0x4622, 0x9909, 0x700A, 0x6BDC, 0x1909, 0x9109)
    data(2, 0x9908, 0x6B1C, 0x1909, 0x9108, 0x9C0A, 0x3C01, 0x940A)
    bne(CELL)
    #: ldr r0, ROW; ldr r4, [r3, x_row]; add r0, r0, r4; str r0, ROW; ldr r0, LINE;
    #: ldr r4, [r3, y_row]; add r0, r0, r4; str r0, LINE; ldr r4, ROWS; sub r4, 1; str r4, ROWS
    data(2, 0x9805, 0x6A1C, 0x1900, 0x9005, 0x9806, 0x6B9C, 0x1900, 0x9006, 0x9C07, 0x3C01, 0x9407)
    bne(NEXT_ROW)
    #: ldr r0, A; ldr r4, [r3, x_batch]; add r0, r0, r4; str r0, A; ldr r0, B;
    #: ldr r4, [r3, w_batch]; add r0, r0, r4; str r0, B; ldr r0, Y; ldr r4, [r3, y_batch];
    #: add r0, r0, r4; str r0, Y; ldr r4, BATCH; sub r4, 1; str r4, BATCH
    data(2, 0x9801, 0x69DC, 0x1900, 0x9001, 0x9802, 0x6A9C, 0x1900, 0x9002)
    data(2, 0x9803, 0x6B5C, 0x1900, 0x9003, 0x9C04, 0x3C01, 0x9404)
    bne(MATRIX)
    data(2, 0xB00B)  # add sp, FRAME
    pop({r4, r5})
    mov(r8, r4)
    mov(r9, r5)
    mov(r0, 0)
