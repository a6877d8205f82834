"""Average pooling of imported networks in Thumb-1 assembly, rounded half away from level 128.

x: the image, uint8, row by row, channels last. y: bytes. Padding does not count. w is unused.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by name, `beq n` for a branch over n of them.
"""

import micropython


# p: channels, x_at, y_at, activation_min, activation_max, rows, row (bytes of one), k_h, run (bytes
# of a window's row), stride_h, step (bytes from window to window), pad_top, left (bytes of
# padding), out_h, out_w, y_step (entries from pixel to pixel).
@micropython.asm_thumb
def average_pool_tflite(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: P 0, X 4, Y 8, IY 12, OY 16, LINE0 20, HEIGHT 24, COLUMN 28, OX 32, BIAS 36, COUNT 40,
    # HIGHEST 44, OUT 48, STOP 52, FRAME 56
    #: sub sp, FRAME; ldr r4, [r3, x_at]; add r0, r0, r4; ldr r4, [r3, y_at]; add r2, r2, r4;
    #: ldr r4, [r3, pad_top]; neg r4, r4; ldr r5, [r3, out_h]; str r3, P; str r0, X; str r2, Y;
    #: str r4, IY; str r5, OY
    data(2, 0xB08E, 0x685C, 0x1900, 0x689C, 0x1912, 0x6ADC, 0x4264)
    data(2, 0x6B5D, 0x9300, 0x9001, 0x9202, 0x9403, 0x9504)
    label(LINE)
    # r3: p, r0: the first row of the windows, r5: how many
    #: ldr r0, X; ldr r4, IY; ldr r5, [r3, k_h]; add r5, r5, r4; ldr r6, [r3, rows]; cmp r5, r6;
    #: ble 1; mov r5, r6; cmp r4, 0; bge 1; mov r4, 0; sub r5, r5, r4; ldr r6, [r3, row];
    #: mul r4, r6; add r0, r0, r4; ldr r4, [r3, left]; neg r4, r4; ldr r6, [r3, out_w];
    #: str r0, LINE0; str r5, HEIGHT; str r4, COLUMN; str r6, OX
    data(2, 0x9801, 0x9C03, 0x69DD, 0x192D, 0x695E, 0x42B5, 0xDD00, 0x4635)
    data(2, 0x2C00, 0xDA00, 0x2400, 0x1B2D, 0x699E, 0x4374, 0x1900, 0x6B1C)
    data(2, 0x4264, 0x6B9E, 0x9005, 0x9506, 0x9407, 0x9608)
    label(PIXEL)
    # r0: the window, r1: bytes of its row, r4: of the image's, r7: channels
    #: ldr r0, LINE0; ldr r5, COLUMN; ldr r1, [r3, run]; add r1, r1, r5; ldr r4, [r3, row];
    #: cmp r1, r4; ble 1; mov r1, r4; cmp r5, 0; bge 1; mov r5, 0; sub r1, r1, r5; add r0, r0, r5;
    #: ldr r7, [r3, channels]
    data(2, 0x9805, 0x9D07, 0x6A19, 0x1949, 0x699C, 0x42A1, 0xDD00)
    data(2, 0x4621, 0x2D00, 0xDA00, 0x2500, 0x1B49, 0x1940, 0x681F)
    # r8: rows, r14: the last place of a row, r12: a channel's first element
    #: ldr r2, HEIGHT; mov r12, r0; sub r0, r1, r7; mov lr, r0; mov r8, r2
    data(2, 0x9A06, 0x4684, 0x1BC8, 0x4686, 0x4690)
    mov(r0, 0)
    label(COUNT)
    data(2, 0x1880, 0x1BC9)  # add r0, r0, r2; sub r1, r1, r7
    bne(COUNT)
    # r0: elements
    #: lsl r1, r0, 7; neg r1, r1; str r1, BIAS; str r0, COUNT; lsl r1, r0, 7; str r1, HIGHEST;
    #: lsr r0, r0, 1; mov r9, r0; ldr r1, Y; str r1, OUT; add r0, r1, r7; str r0, STOP;
    #: ldr r0, [r3, activation_min]; mov r10, r0; ldr r0, [r3, activation_max]; mov r11, r0
    data(2, 0x01C1, 0x4249, 0x9109, 0x900A, 0x01C1, 0x910B, 0x0840, 0x4681)
    data(2, 0x9902, 0x910C, 0x19C8, 0x900D, 0x68D8, 0x4682, 0x6918, 0x4683)
    label(CHANNEL)
    data(2, 0x4665, 0x9809, 0x4646)  # mov r5, r12; ldr r0, BIAS; mov r6, r8
    label(ROW)
    mov(r3, r14)
    label(PLACE)
    data(2, 0x5CEA, 0x1880, 0x1BDB)  # ldrb r2, [r5, r3]; add r0, r0, r2; sub r3, r3, r7
    bpl(PLACE)
    data(2, 0x192D, 0x3E01)  # add r5, r5, r4; sub r6, 1
    bne(ROW)
    # r0: distance from level 128, rounded to a multiple of COUNT, r6: sign
    #: asr r6, r0, 31; eor r0, r6; sub r0, r0, r6; add r0, r9; mov r2, 1; ldr r3, HIGHEST
    data(2, 0x17C6, 0x4070, 0x1B80, 0x4448, 0x2201, 0x9B0B)
    label(BIT)
    # r2: 1, then the bits of the quotient; a carry is the next one
    #: cmp r0, r3; bcc 1; sub r0, r0, r3; adc r2, r2; lsr r3, r3, 1; lsr r1, r2, 8
    data(2, 0x4298, 0xD300, 0x1AC0, 0x4152, 0x085B, 0x0A11)
    beq(BIT)
    #: uxtb r0, r2; eor r0, r6; sub r0, r0, r6; add r0, 128; cmp r0, r10; bge 1; mov r0, r10;
    #: cmp r0, r11; ble 1; mov r0, r11; mov r2, r12; add r2, 1; mov r12, r2; ldr r1, OUT;
    #: ldr r2, STOP; strb r0, [r1, 0]; add r1, 1; str r1, OUT; cmp r1, r2
    data(2, 0xB2D0, 0x4070, 0x1B80, 0x3080, 0x4550, 0xDA00, 0x4650, 0x4558, 0xDD00, 0x4658)
    data(2, 0x4662, 0x3201, 0x4694, 0x990C, 0x9A0D, 0x7008, 0x3101, 0x910C, 0x4291)
    bne(CHANNEL)
    #: ldr r3, P; ldr r0, Y; ldr r1, COLUMN; ldr r2, OX; ldr r4, [r3, y_step]; add r0, r0, r4;
    #: ldr r4, [r3, step]; add r1, r1, r4; sub r2, 1; str r0, Y; str r1, COLUMN; str r2, OX
    data(2, 0x9B00, 0x9802, 0x9907, 0x9A08, 0x6BDC, 0x1900)
    data(2, 0x6A9C, 0x1909, 0x3A01, 0x9002, 0x9107, 0x9208)
    beq(EDGE)
    b(PIXEL)
    label(EDGE)
    #: ldr r0, IY; ldr r1, OY; ldr r4, [r3, stride_h]; add r0, r0, r4; sub r1, 1; str r0, IY;
    #: str r1, OY
    data(2, 0x9803, 0x9904, 0x6A5C, 0x1900, 0x3901, 0x9003, 0x9104)
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
