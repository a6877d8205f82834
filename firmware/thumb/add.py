"""The sum of two tensors in Thumb-1 assembly.

y = clamp((ka * x + kb * w + bias) >> shift), n bytes. y may alias x or w.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it.
"""

import micropython


# p: n, x_at, w_at, y_at, ka (the factor of x), kb (that of w), bias, shift, activation_min,
# activation_max.
@micropython.asm_thumb
def add(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    push({r4, r5})
    # r3: from -n to 0, beside the ends of x, w and y; r8: bias, r9: shift, r12, r14: limits
    #: ldr r6, [r3, n]; ldr r4, [r3, x_at]; add r4, r4, r6; add r0, r0, r4; ldr r4, [r3, w_at];
    #: add r4, r4, r6; add r1, r1, r4; ldr r4, [r3, y_at]; add r4, r4, r6; add r2, r2, r4;
    #: ldr r4, [r3, bias]; mov r8, r4; ldr r4, [r3, shift]; mov r9, r4;
    #: ldr r4, [r3, activation_min]; mov r12, r4; ldr r4, [r3, activation_max]; mov lr, r4;
    #: ldr r4, [r3, ka]; ldr r5, [r3, kb]; neg r3, r6
    data(2, 0x681E, 0x685C, 0x19A4, 0x1900, 0x689C, 0x19A4, 0x1909, 0x68DC, 0x19A4, 0x1912, 0x699C)
    data(2, 0x46A0, 0x69DC, 0x46A1, 0x6A1C, 0x46A4, 0x6A5C, 0x46A6, 0x691C, 0x695D, 0x4273)
    label(NEXT)
    #: ldrb r6, [r0, r3]; ldrb r7, [r1, r3]; mul r6, r4; mul r7, r5; add r6, r6, r7; add r6, r8;
    #: mov r7, r9; asr r6, r7; cmp r6, r12; bge 1; mov r6, r12; cmp r6, lr; ble 1; mov r6, lr;
    #: strb r6, [r2, r3]; add r3, 1
    data(2, 0x5CC6, 0x5CCF, 0x4366, 0x436F, 0x19F6, 0x4446, 0x464F, 0x413E)
    data(2, 0x4566, 0xDA00, 0x4666, 0x4576, 0xDD00, 0x4676, 0x54D6, 0x3301)
    bne(NEXT)
    pop({r4, r5})
    mov(r8, r4)
    mov(r9, r5)
    mov(r0, 0)
