"""A softmax within the network, in Thumb-1 assembly.

w: the exponential of each distance from the largest value: 256 low bytes, 256 high bytes. y may
alias x.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it, with words of p by name, `ble n` for a branch over n of them.
"""

import micropython


# p: rows, columns, x_at, y_at, halvings (of the largest result, from 1 on).
@micropython.asm_thumb
def softmax_rows(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # r0, r2: a row of x and of y, r8: columns, r9: the high bytes, r10: rows, r11: least shift
    #: ldr r4, [r3, x_at]; add r0, r0, r4; ldr r4, [r3, y_at]; add r2, r2, r4;
    #: ldr r4, [r3, columns]; mov r8, r4; mov r4, r1; add r4, 255; add r4, 1; mov r9, r4;
    #: ldr r4, [r3, rows]; mov r10, r4; ldr r5, [r3, halvings]; mov r4, 12; sub r4, r4, r5;
    #: mov r11, r4
    data(2, 0x689C, 0x1900, 0x68DC, 0x1912, 0x685C, 0x46A0, 0x460C, 0x34FF)
    data(2, 0x3401, 0x46A1, 0x681C, 0x46A2, 0x691D, 0x240C, 0x1B64, 0x46A3)
    label(ROW)
    data(2, 0x4643, 0x2400)  # mov r3, r8; mov r4, 0
    label(LARGEST)
    #: sub r3, 1; ldrb r5, [r0, r3]; cmp r5, r4; ble 1; mov r4, r5; cmp r3, 0
    data(2, 0x3B01, 0x5CC5, 0x42A5, 0xDD00, 0x462C, 0x2B00)
    bne(LARGEST)
    # r12: the largest, r6: the sum of the exponentials
    data(2, 0x46A4, 0x4643, 0x2600, 0x464F)  # mov r12, r4; mov r3, r8; mov r6, 0; mov r7, r9
    label(SUM)
    #: sub r3, 1; ldrb r5, [r0, r3]; mov r4, r12; sub r4, r4, r5; ldrb r5, [r1, r4];
    #: add r6, r6, r5; ldrb r5, [r7, r4]; lsl r5, r5, 8; add r6, r6, r5; cmp r3, 0
    data(2, 0x3B01, 0x5CC5, 0x4664, 0x1B64, 0x5D0D, 0x1976, 0x5D3D, 0x022D, 0x1976, 0x2B00)
    bne(SUM)
    mov(r4, r11)
    b(SHORT)
    label(HALVE)
    data(2, 0x0876, 0x3401)  # lsr r6, r6, 1; add r4, 1
    label(SHORT)
    lsr(r5, r6, 15)
    bne(HALVE)
    # r5: 255 * 2**21 divided by the sum of 15 bits, bit by bit; here it is 0
    #: mov r3, 255; lsl r3, r3, 21; lsl r6, r6, 14; mov r7, 15
    data(2, 0x23FF, 0x055B, 0x03B6, 0x270F)
    label(BIT)
    #: lsl r5, r5, 1; cmp r3, r6; bcc 2; sub r3, r3, r6; add r5, 1; lsr r6, r6, 1; sub r7, 1
    data(2, 0x006D, 0x42B3, 0xD301, 0x1B9B, 0x3501, 0x0876, 0x3F01)
    bne(BIT)
    mov(r3, 0)
    label(SHARE)
    #: ldrb r6, [r0, r3]; mov r7, r12; sub r6, r7, r6; mov r7, r9; ldrb r7, [r7, r6];
    #: lsl r7, r7, 8; ldrb r6, [r1, r6]; add r6, r6, r7; mul r6, r5; lsr r6, r6, 8; lsr r6, r4;
    #: add r6, 1; lsr r6, r6, 1; cmp r6, 255; ble 1; mov r6, 255; strb r6, [r2, r3]; add r3, 1;
    #: cmp r3, r8
    data(2, 0x5CC6, 0x4667, 0x1BBE, 0x464F, 0x5DBF, 0x023F, 0x5D8E, 0x19F6, 0x436E, 0x0A36)
    data(2, 0x40E6, 0x3601, 0x0876, 0x2EFF, 0xDD00, 0x26FF, 0x54D6, 0x3301, 0x4543)
    bne(SHARE)
    #: mov r3, r8; add r0, r0, r3; add r2, r2, r3; mov r3, r10; sub r3, 1; mov r10, r3
    data(2, 0x4643, 0x18C0, 0x18D2, 0x4653, 0x3B01, 0x469A)
    bne(ROW)
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
