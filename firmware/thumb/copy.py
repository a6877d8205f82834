"""A copy of bytes in Thumb-1 assembly. w is unused.

Sixteen bytes at a time where both places are word aligned.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it.
"""

import micropython


# p: n, x_at, y_at.
@micropython.asm_thumb
def copy(r0, r1, r2, r3):
    ldr(r4, [r3, 4])  # x_at
    add(r0, r0, r4)
    ldr(r4, [r3, 8])  # y_at
    add(r2, r2, r4)
    ldr(r3, [r3, 0])  # n
    mov(r4, r0)
    orr(r4, r2)
    lsl(r4, r4, 30)
    bne(REST)
    b(TEST)
    label(WORDS)
    data(2, 0xC8F0, 0xC2F0)  # ldm r0!, {r4, r5, r6, r7}; stm r2!, {r4, r5, r6, r7}
    sub(r3, 16)
    label(TEST)
    cmp(r3, 16)
    bge(WORDS)
    label(REST)
    cmp(r3, 0)
    beq(END)
    label(BYTE)
    sub(r3, 1)
    data(2, 0x5CC4, 0x54D4)  # ldrb r4, [r0, r3]; strb r4, [r2, r3]
    bne(BYTE)
    label(END)
    mov(r0, 0)
