"""A curve as a table in the flash of a micro:bit v1: 126 bytes of it in every 128.

y[y_at + i] = table[x[x_at + i]] for the n inputs. w: the address of the table.
"""

import micropython


# p: n, x_at, y_at.
@micropython.asm_thumb
def lookup(r0, r1, r2, r3):
    ldr(r4, [r3, 4])  # x_at
    add(r0, r0, r4)
    ldr(r4, [r3, 8])  # y_at
    add(r2, r2, r4)
    ldr(r3, [r3, 0])  # n
    add(r3, r3, r0)
    label(NEXT)
    ldrb(r4, [r0, 0])
    mov(r5, r4)
    cmp(r4, 126)
    bcc(HERE)
    add(r5, 2)
    cmp(r4, 252)
    bcc(HERE)
    add(r5, 2)
    label(HERE)
    add(r5, r5, r1)
    ldrb(r5, [r5, 0])
    strb(r5, [r2, 0])
    add(r0, 1)
    add(r2, 1)
    cmp(r0, r3)
    bne(NEXT)
