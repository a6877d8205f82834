"""Average pooling in Thumb-1 assembly, 2-D or 1-D, global too.

x: the image, uint8, row after row, channels last. y: bytes. w is unused. p: channels, 0, x_at,
y_at, zero_point, activation_min, activation_max, x_zero_point, 0, 0, rows, row (bytes of one), k_h,
run (bytes of a window's row), stride_h, step (bytes from window to window), pad_top, left (bytes of
padding), out_h, out_w, y_step (bytes from pixel to pixel),
fewest (elements of the smallest window), then multiplier and shift for windows of fewest,
fewest + 1, ... elements. Padding does not count.

`data` emits what the assembler has no word for: what the comment says, or `#:` above it.
"""

import micropython


@micropython.asm_thumb
def average_pool(r0, r1, r2, r3):
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
    # frame: P 0, X 4, Y 8, IY 12, OY 16, LINE0 20, HEIGHT 24, COLUMN 28, OX 32, BIAS 36, FACTOR 40,
    # SHIFT 44, OUT 48, STOP 52, FRAME 56
    #: sub sp, FRAME; str r3, P; str r0, X; str r2, Y; str r4, IY; str r5, OY
    data(2, 0xB08E, 0x9300, 0x9001, 0x9202, 0x9403, 0x9504)
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
    mov(r12, r0)
    # r2, r3: multiplier and shift, r0: what the zero point makes of all elements
    data(2, 0x9A06)  # ldr r2, HEIGHT
    sub(r0, r1, r7)
    mov(r14, r0)
    mov(r8, r2)
    mov(r0, 0)
    label(COUNT)
    add(r0, r0, r2)
    sub(r1, r1, r7)
    bne(COUNT)
    ldr(r1, [r3, 84])
    sub(r1, r0, r1)
    lsl(r1, r1, 3)
    add(r1, r1, r3)
    ldr(r2, [r1, 88])
    ldr(r5, [r1, 92])
    ldr(r1, [r3, 28])
    mul(r0, r1)
    neg(r0, r0)
    #: ldr r1, Y; str r0, BIAS; str r2, FACTOR; str r5, SHIFT; str r1, OUT
    data(2, 0x9902, 0x9009, 0x920A, 0x950B, 0x910C)
    add(r0, r1, r7)
    data(2, 0x900D)  # str r0, STOP
    ldr(r0, [r3, 16])
    lsl(r0, r0, 1)
    add(r0, 1)
    mov(r9, r0)
    ldr(r0, [r3, 20])
    mov(r10, r0)
    ldr(r0, [r3, 24])
    mov(r11, r0)
    # r8: rows, r14: the last place of a row, r12: the channel's first element
    label(CHANNEL)
    mov(r5, r12)
    data(2, 0x9809)  # ldr r0, BIAS
    mov(r6, r8)
    label(ROW)
    mov(r3, r14)
    label(PLACE)
    data(2, 0x5CEA)  # ldrb r2, [r5, r3]
    add(r0, r0, r2)
    sub(r3, r3, r7)
    bpl(PLACE)
    add(r5, r5, r4)
    sub(r6, 1)
    bne(ROW)
    data(2, 0x9A0A, 0x9B0B)  # ldr r2, FACTOR; ldr r3, SHIFT
    # requantize and clamp
    #: asr r1, r0, 15; mul r1, r2; lsl r0, r0, 17; lsr r0, r0, 17; mul r0, r2; lsr r0, r0, 15;
    #: add r0, r0, r1; sub r3, 16; asr r0, r3; add r0, r9; asr r0, r0, 1; cmp r0, r10; bge 1;
    #: mov r0, r10; cmp r0, r11; ble 1; mov r0, r11
    data(2, 0x13C1, 0x4351, 0x0440, 0x0C40, 0x4350, 0x0BC0, 0x1840, 0x3B10, 0x4118)
    data(2, 0x4448, 0x1040, 0x4550, 0xDA00, 0x4650, 0x4558, 0xDD00, 0x4658)
    mov(r2, r12)
    add(r2, 1)
    mov(r12, r2)
    data(2, 0x990C, 0x9A0D)  # ldr r1, OUT; ldr r2, STOP
    strb(r0, [r1, 0])
    add(r1, 1)
    data(2, 0x910C)  # str r1, OUT
    cmp(r1, r2)
    bne(CHANNEL)
    data(2, 0x9B00, 0x9802, 0x9907, 0x9A08)  # ldr r3, P; ldr r0, Y; ldr r1, COLUMN; ldr r2, OX
    ldr(r4, [r3, 80])
    add(r0, r0, r4)
    ldr(r4, [r3, 60])
    add(r1, r1, r4)
    sub(r2, 1)
    data(2, 0x9002, 0x9107, 0x9208)  # str r0, Y; str r1, COLUMN; str r2, OX
    beq(EDGE)
    b(PIXEL)
    label(EDGE)
    data(2, 0x9803, 0x9904)  # ldr r0, IY; ldr r1, OY
    ldr(r4, [r3, 56])
    add(r0, r0, r4)
    sub(r1, 1)
    data(2, 0x9003, 0x9104)  # str r0, IY; str r1, OY
    beq(END)
    b(LINE)
    label(END)
    data(2, 0xB00E)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
