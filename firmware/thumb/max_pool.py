"""Max pooling in Thumb-1 assembly, 2-D or 1-D.

x: the image, uint8, row by row, channels last. y: bytes. Padding is never the largest.
w is unused.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame and of p by name, `beq n` for a branch over n of them.
"""

import micropython


# p: channels, x_at, y_at, rows, row (bytes of one), k_h, run (bytes of a window's row), stride_h,
# step (bytes from window to window), pad_top, left (bytes of padding), out_h, out_w, y_step
# (entries from pixel to pixel).
@micropython.asm_thumb
def max_pool(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: P 0, X 4, Y 8, IY 12, OY 16, LINE0 20, HEIGHT 24, COLUMN 28, OX 32, FRAME 36
    #: sub sp, FRAME; ldr r4, [r3, x_at]; add r0, r0, r4; ldr r4, [r3, y_at]; add r2, r2, r4;
    #: ldr r4, [r3, pad_top]; neg r4, r4; ldr r5, [r3, out_h]; str r3, P; str r0, X; str r2, Y;
    #: str r4, IY; str r5, OY
    data(2, 0xB089, 0x685C, 0x1900, 0x689C, 0x1912, 0x6A5C, 0x4264)
    data(2, 0x6ADD, 0x9300, 0x9001, 0x9202, 0x9403, 0x9504)
    label(LINE)
    # r3: p, r0: the first row of the windows, r5: how many
    #: ldr r0, X; ldr r4, IY; ldr r5, [r3, k_h]; add r5, r5, r4; ldr r6, [r3, rows]; cmp r5, r6;
    #: ble 1; mov r5, r6; cmp r4, 0; bge 1; mov r4, 0; sub r5, r5, r4; ldr r6, [r3, row];
    #: mul r4, r6; add r0, r0, r4; ldr r4, [r3, left]; neg r4, r4; ldr r6, [r3, out_w];
    #: str r0, LINE0; str r5, HEIGHT; str r4, COLUMN; str r6, OX
    data(2, 0x9801, 0x9C03, 0x695D, 0x192D, 0x68DE, 0x42B5, 0xDD00, 0x4635, 0x2C00, 0xDA00, 0x2400)
    data(2, 0x1B2D, 0x691E, 0x4374, 0x1900, 0x6A9C, 0x4264, 0x6B1E, 0x9005, 0x9506, 0x9407, 0x9608)
    label(PIXEL)
    # r0: the window, r1: bytes of its row, r4: of the image's, r7: channels
    #: ldr r0, LINE0; ldr r5, COLUMN; ldr r1, [r3, run]; add r1, r1, r5; ldr r4, [r3, row];
    #: cmp r1, r4; ble 1; mov r1, r4; cmp r5, 0; bge 1; mov r5, 0; sub r1, r1, r5; add r0, r0, r5;
    #: ldr r7, [r3, channels]
    data(2, 0x9805, 0x9D07, 0x6999, 0x1949, 0x691C, 0x42A1, 0xDD00)
    data(2, 0x4621, 0x2D00, 0xDA00, 0x2500, 0x1B49, 0x1940, 0x681F)
    # r8: rows, r9: the last place of a row, r10: y, r11: end of r0
    #: ldr r2, HEIGHT; ldr r3, Y; sub r1, r1, r7; mov r8, r2; mov r9, r1; mov r10, r3;
    #: add r1, r0, r7; mov r11, r1
    data(2, 0x9A06, 0x9B02, 0x1BC9, 0x4690, 0x4689, 0x469A, 0x19C1, 0x468B)
    label(CHANNEL)
    mov(r1, r0)
    mov(r5, 0)
    mov(r6, r8)
    label(ROW)
    mov(r3, r9)
    label(PLACE)
    #: ldrb r2, [r1, r3]; cmp r2, r5; bls 1; mov r5, r2; sub r3, r3, r7
    data(2, 0x5CCA, 0x42AA, 0xD900, 0x4615, 0x1BDB)
    bpl(PLACE)
    data(2, 0x1909, 0x3E01)  # add r1, r1, r4; sub r6, 1
    bne(ROW)
    #: mov r2, r10; strb r5, [r2, 0]; add r2, 1; mov r10, r2; add r0, 1; cmp r0, r11
    data(2, 0x4652, 0x7015, 0x3201, 0x4692, 0x3001, 0x4558)
    bne(CHANNEL)
    #: ldr r3, P; ldr r0, Y; ldr r1, COLUMN; ldr r2, OX; ldr r4, [r3, y_step]; add r0, r0, r4;
    #: ldr r4, [r3, step]; add r1, r1, r4; sub r2, 1; str r0, Y; str r1, COLUMN; str r2, OX
    data(2, 0x9B00, 0x9802, 0x9907, 0x9A08, 0x6B5C, 0x1900)
    data(2, 0x6A1C, 0x1909, 0x3A01, 0x9002, 0x9107, 0x9208)
    bne(PIXEL)
    #: ldr r0, IY; ldr r1, OY; ldr r4, [r3, stride_h]; add r0, r0, r4; sub r1, 1; str r0, IY;
    #: str r1, OY
    data(2, 0x9803, 0x9904, 0x69DC, 0x1900, 0x3901, 0x9003, 0x9104)
    bne(LINE)
    data(2, 0xB009)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
