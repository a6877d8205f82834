"""One tensor of a concatenation, in Thumb-1 assembly.

y[y_at + i * y_step + c] = w[x[x_at + i * channels + c]]; w: a table of 256 entries.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it.
"""

import micropython


# p: pixels, channels (of x), x_at, y_at, y_step (entries of y from pixel to pixel).
@micropython.asm_thumb
def copy_channels(r0, r1, r2, r3):
    ldr(r4, [r3, 8])  # x_at
    add(r0, r0, r4)
    ldr(r4, [r3, 12])  # y_at
    add(r2, r2, r4)
    ldr(r4, [r3, 0])  # pixels
    ldr(r5, [r3, 4])  # channels
    ldr(r6, [r3, 16])  # y_step
    label(PIXEL)
    mov(r7, r5)
    label(CHANNEL)
    sub(r7, 1)
    data(2, 0x5DC3, 0x5CCB, 0x55D3)  # ldrb r3, [r0, r7]; ldrb r3, [r1, r3]; strb r3, [r2, r7]
    bne(CHANNEL)
    add(r0, r0, r5)
    add(r2, r2, r6)
    sub(r4, 1)
    bne(PIXEL)
    mov(r0, 0)
