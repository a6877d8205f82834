"""Max pooling in Thumb-1 assembly, 2-D or 1-D.

x: the image, uint8, row after row, channels last. y: bytes. w is unused. p: channels, 0, x_at,
y_at, zero_point, activation_min, activation_max, x_zero_point, 0, 0, rows, row (bytes of one), k_h,
run (bytes of a window's row), stride_h, step (bytes from window to window), pad_top, left (bytes of
padding), out_h, out_w, y_step (bytes from pixel to pixel). The
zero points and limits are for average_pool.

`data` emits what the assembler has no word for: what the comment says, or `#:` above it.
"""

import micropython


@micropython.asm_thumb
def max_pool(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    ldr(r4, [r3, 8])
    add(r0, r0, r4)
    ldr(r4, [r3, 12])
    add(r2, r2, r4)
    ldr(r4, [r3, 64])
    neg(r4, r4)
    ldr(r5, [r3, 72])
    # frame: P 0, X 4, Y 8, IY 12, OY 16, LINE0 20, HEIGHT 24, COLUMN 28, OX 32, FRAME 36
    #: sub sp, FRAME; str r3, P; str r0, X; str r2, Y; str r4, IY; str r5, OY
    data(2, 0xB089, 0x9300, 0x9001, 0x9202, 0x9403, 0x9504)
    label(LINE)
    # r0: the first row of the windows, r5: how many
    data(2, 0x9B00, 0x9801, 0x9C03)  # ldr r3, P; ldr r0, X; ldr r4, IY
    ldr(r5, [r3, 48])
    add(r5, r5, r4)
    ldr(r6, [r3, 40])
    cmp(r5, r6)
    ble(BOTTOM)
    mov(r5, r6)
    label(BOTTOM)
    cmp(r4, 0)
    bge(TOP)
    mov(r4, 0)
    label(TOP)
    sub(r5, r5, r4)
    ldr(r6, [r3, 44])
    mul(r4, r6)
    add(r0, r0, r4)
    ldr(r4, [r3, 68])
    neg(r4, r4)
    ldr(r6, [r3, 76])
    #: str r0, LINE0; str r5, HEIGHT; str r4, COLUMN; str r6, OX
    data(2, 0x9005, 0x9506, 0x9407, 0x9608)
    label(PIXEL)
    # r0: the window, r1: bytes of its row
    data(2, 0x9B00, 0x9805, 0x9D07)  # ldr r3, P; ldr r0, LINE0; ldr r5, COLUMN
    ldr(r1, [r3, 52])
    add(r1, r1, r5)
    ldr(r4, [r3, 44])
    cmp(r1, r4)
    ble(RIGHT)
    mov(r1, r4)
    label(RIGHT)
    cmp(r5, 0)
    bge(LEFT)
    mov(r5, 0)
    label(LEFT)
    sub(r1, r1, r5)
    add(r0, r0, r5)
    ldr(r7, [r3, 0])
    # r8: rows, r9: the last place of a row, r10: y, r11: end of r0
    data(2, 0x9A06, 0x9B02)  # ldr r2, HEIGHT; ldr r3, Y
    sub(r1, r1, r7)
    mov(r8, r2)
    mov(r9, r1)
    mov(r10, r3)
    add(r1, r0, r7)
    mov(r11, r1)
    label(CHANNEL)
    mov(r1, r0)
    mov(r5, 0)
    mov(r6, r8)
    label(ROW)
    mov(r3, r9)
    label(PLACE)
    data(2, 0x5CCA)  # ldrb r2, [r1, r3]
    cmp(r2, r5)
    bls(LESS)
    mov(r5, r2)
    label(LESS)
    sub(r3, r3, r7)
    bpl(PLACE)
    add(r1, r1, r4)
    sub(r6, 1)
    bne(ROW)
    mov(r2, r10)
    strb(r5, [r2, 0])
    add(r2, 1)
    mov(r10, r2)
    add(r0, 1)
    data(2, 0x4558)  # cmp r0, r11
    bne(CHANNEL)
    data(2, 0x9B00, 0x9802, 0x9907, 0x9A08)  # ldr r3, P; ldr r0, Y; ldr r1, COLUMN; ldr r2, OX
    ldr(r4, [r3, 80])
    add(r0, r0, r4)
    ldr(r4, [r3, 60])
    add(r1, r1, r4)
    sub(r2, 1)
    data(2, 0x9002, 0x9107, 0x9208)  # str r0, Y; str r1, COLUMN; str r2, OX
    bne(PIXEL)
    data(2, 0x9803, 0x9904)  # ldr r0, IY; ldr r1, OY
    ldr(r4, [r3, 56])
    add(r0, r0, r4)
    sub(r1, 1)
    data(2, 0x9003, 0x9104)  # str r0, IY; str r1, OY
    bne(LINE)
    data(2, 0xB009)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
