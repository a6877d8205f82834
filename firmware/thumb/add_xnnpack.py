"""The sum of two tensors of an imported network in Thumb-1 assembly.

`data` emits instructions that the assembler does not know, and packs those that need no label. The
comment beside it, or `#:` above it, has the instructions, with words of p by name.
"""

import micropython


# p: n, x_at, w_at, y_at, ka (the factor of x), kb (that of w), x_zero_point, w_zero_point,
# zero_point, shift, activation_min, activation_max.
@micropython.asm_thumb
def add_xnnpack(r0, r1, r2, r3):
    # r0, r1, r2: ends of x, w and y, r7: from -n to 0; r8: bias, r9: shift, r10: zero_point - LOW,
    # r11: the number of levels, r12: the lowest one
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    #: ldr r7, [r3, n]; ldr r4, [r3, x_at]; add r0, r0, r4; add r0, r0, r7; ldr r4, [r3, w_at];
    #: add r1, r1, r4; add r1, r1, r7; ldr r4, [r3, y_at]; add r2, r2, r4; add r2, r2, r7
    data(2, 0x681F, 0x685C, 0x1900, 0x19C0, 0x689C, 0x1909, 0x19C9, 0x68DC, 0x1912, 0x19D2)
    #: ldr r5, [r3, ka]; ldr r4, [r3, x_zero_point]; mul r4, r5; ldr r6, [r3, kb];
    #: ldr r5, [r3, w_zero_point]; mul r5, r6; add r4, r4, r5; ldr r5, [r3, shift]; mov r9, r5;
    #: sub r5, 1; mov r6, 1; lsl r6, r5; sub r6, r6, r4; mov r8, r6; ldr r4, [r3, zero_point];
    #: ldr r5, [r3, activation_min]; mov r12, r5; sub r4, r4, r5; mov r10, r4;
    #: ldr r4, [r3, activation_max]; sub r4, r4, r5; add r4, 1; mov r11, r4; ldr r5, [r3, ka];
    #: ldr r6, [r3, kb]; mov r3, r9; neg r7, r7
    data(2, 0x691D, 0x699C, 0x436C, 0x695E, 0x69DD, 0x4375, 0x1964, 0x6A5D, 0x46A9)
    data(2, 0x3D01, 0x2601, 0x40AE, 0x1B36, 0x46B0, 0x6A1C, 0x6A9D, 0x46AC, 0x1B64)
    data(2, 0x46A2, 0x6ADC, 0x1B64, 0x3401, 0x46A3, 0x691D, 0x695E, 0x464B, 0x427F)
    label(NEXT)
    #: ldrb r4, [r0, r7]; mul r4, r5; add r4, r8; mov lr, r4; ldrb r4, [r1, r7]; mul r4, r6;
    #: add r4, lr; asr r4, r3; add r4, r10; cmp r4, r11
    data(2, 0x5DC4, 0x436C, 0x4444, 0x46A6, 0x5DCC, 0x4374, 0x4474, 0x411C, 0x4454, 0x455C)
    bcs(OUTSIDE)
    label(INSIDE)
    data(2, 0x4464, 0x55D4, 0x3701)  # add r4, r12; strb r4, [r2, r7]; add r7, 1
    bne(NEXT)
    b(DONE)
    label(OUTSIDE)
    cmp(r4, 0)
    blt(LOWEST)
    data(2, 0x465C, 0x3C01)  # mov r4, r11; sub r4, 1
    b(INSIDE)
    label(LOWEST)
    mov(r4, 0)
    b(INSIDE)
    label(DONE)
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
