"""A curve as a table, in Thumb-1 assembly.

y[y_at + i] = w[x[x_at + i]] for the n inputs. y may alias x.
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
    b(TEST)
    label(NEXT)
    ldrb(r4, [r0, 0])
    add(r4, r4, r1)
    ldrb(r4, [r4, 0])
    strb(r4, [r2, 0])
    add(r0, 1)
    add(r2, 1)
    label(TEST)
    cmp(r0, r3)
    bne(NEXT)
    mov(r0, 0)
