"""An embedding: a row of a table for each level, in Thumb-1 assembly.

w: the row of each of 256 levels, then the rows, of width bytes each.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it, with words of p by name.
"""

import micropython


# p: n, width, x_at, y_at.
@micropython.asm_thumb
def embedding(r0, r1, r2, r3):
    # r5: bytes of a row, r6: how many are left, r12: the first one
    #: ldr r4, [r3, x_at]; add r0, r0, r4; ldr r4, [r3, y_at]; add r2, r2, r4; ldr r5, [r3, width];
    #: ldr r6, [r3, n]; mov r4, r1; add r4, 255; add r4, 1; mov r12, r4
    data(2, 0x689C, 0x1900, 0x68DC, 0x1912, 0x685D, 0x681E, 0x460C, 0x34FF, 0x3401, 0x46A4)
    label(NEXT)
    #: ldrb r4, [r0, 0]; add r0, 1; ldrb r4, [r1, r4]; mul r4, r5; add r4, r12; mov r3, 0
    data(2, 0x7804, 0x3001, 0x5D0C, 0x436C, 0x4464, 0x2300)
    label(COPY)
    #: ldrb r7, [r4, r3]; strb r7, [r2, r3]; add r3, 1; cmp r3, r5
    data(2, 0x5CE7, 0x54D7, 0x3301, 0x42AB)
    bne(COPY)
    data(2, 0x1952, 0x3E01)  # add r2, r2, r5; sub r6, 1
    bne(NEXT)
    mov(r0, 0)
