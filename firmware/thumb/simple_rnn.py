"""One time step of a simple recurrent layer, after its matrix products, in Thumb-1 assembly.

x: words, the input's sum for each unit, then the state's. w: the table of the
activation, 256 entries. y: the new state, bytes.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it.
"""

import micropython


# p: units, y_at, reset (1: write the initial state only), shift, state_zero, center.
@micropython.asm_thumb
def simple_rnn(r0, r1, r2, r3):
    ldr(r4, [r3, 4])  # y_at
    add(r2, r2, r4)
    ldr(r4, [r3, 0])  # units
    ldr(r5, [r3, 8])  # reset
    cmp(r5, 0)
    beq(STEP)
    ldr(r5, [r3, 16])  # state_zero
    label(RESET)
    sub(r4, 1)
    data(2, 0x5515)  # strb r5, [r2, r4]
    bne(RESET)
    b(END)
    label(STEP)
    # r0, r5: the two sums of a unit, r12: end of r0
    lsl(r4, r4, 2)
    add(r5, r0, r4)
    mov(r12, r5)
    ldr(r6, [r3, 20])  # center
    lsl(r6, r6, 1)
    add(r6, 1)
    mov(r14, r6)
    ldr(r4, [r3, 12])  # shift
    sub(r4, 1)
    label(UNIT)
    data(2, 0xC840, 0xCD80)  # ldm r0!, {r6}; ldm r5!, {r7}
    add(r6, r6, r7)
    asr(r6, r4)
    data(2, 0x4476)  # add r6, lr
    asr(r6, r6, 1)
    lsr(r7, r6, 8)
    beq(INSIDE)
    mvn(r6, r6)
    asr(r6, r6, 31)
    data(2, 0xB2F6)  # uxtb r6, r6
    label(INSIDE)
    data(2, 0x5D8E)  # ldrb r6, [r1, r6]
    strb(r6, [r2, 0])
    add(r2, 1)
    data(2, 0x4560)  # cmp r0, r12
    bne(UNIT)
    label(END)
    mov(r0, 0)
