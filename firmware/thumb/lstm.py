"""One time step of a long short-term memory, after its matrix products, in Thumb-1 assembly.

x: words, nine per unit: the input's sums for input gate, forget gate, candidate and output gate,
the state's sums for the same, and the cell, in units of 1 / (255 << cell_shift), at most 32767,
which is updated. w: three tables of 256 entries, sigmoid, and tanh of positive sums and of
positive cells. y: the new state, a byte per unit.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it.
"""

import micropython


# p: units, y_at, reset (1: write the initial zero state to x and y only), shift, cell_shift,
# curve_shift, factor, factor_shift, state_zero.
@micropython.asm_thumb
def lstm(r0, r1, r2, r3):
    mov(r4, r8)
    push({r4})
    ldr(r4, [r3, 4])  # y_at
    add(r2, r2, r4)
    # r4: bytes from part to part of x, r14: end of the first
    ldr(r4, [r3, 0])  # units
    lsl(r4, r4, 2)
    add(r5, r0, r4)
    mov(r14, r5)
    ldr(r5, [r3, 8])  # reset
    cmp(r5, 0)
    beq(STEP)
    lsl(r5, r4, 3)
    mov(r6, 0)
    ldr(r7, [r3, 32])  # state_zero
    label(RESET)
    data(2, 0x5146, 0x5597)  # str r6, [r0, r5]; strb r7, [r2, r6]
    add(r0, 4)
    add(r2, 1)
    data(2, 0x4570)  # cmp r0, lr
    bne(RESET)
    b(END)
    label(STEP)
    # half places in a table: 2 * 128 + 1
    mov(r5, 255)
    add(r5, 2)
    mov(r12, r5)
    label(UNIT)
    # r8: the candidate, r5: its sign
    add(r5, r4, r4)
    data(2, 0x5946)  # ldr r6, [r0, r5]
    lsl(r7, r4, 2)
    add(r5, r5, r7)
    data(2, 0x5947)  # ldr r7, [r0, r5]
    add(r6, r6, r7)
    asr(r5, r6, 31)
    eor(r6, r5)
    sub(r6, r6, r5)
    ldr(r7, [r3, 12])  # shift
    sub(r7, 1)
    asr(r6, r7)
    add(r6, 1)
    asr(r6, r6, 1)
    cmp(r6, 255)
    ble(CANDIDATE)
    mov(r6, 255)
    label(CANDIDATE)
    add(r6, 255)
    add(r6, 1)
    data(2, 0x5D8E)  # ldrb r6, [r1, r6]
    eor(r6, r5)
    sub(r6, r6, r5)
    mov(r8, r6)
    # r6: the input gate
    ldr(r6, [r0, 0])
    lsl(r5, r4, 2)
    data(2, 0x5947)  # ldr r7, [r0, r5]
    add(r6, r6, r7)
    ldr(r7, [r3, 12])  # shift
    add(r7, 1)
    asr(r6, r7)
    data(2, 0x4466)  # add r6, r12
    asr(r6, r6, 1)
    lsr(r7, r6, 8)
    beq(INPUT)
    mvn(r6, r6)
    asr(r6, r6, 31)
    data(2, 0xB2F6)  # uxtb r6, r6
    label(INPUT)
    data(2, 0x5D8E)  # ldrb r6, [r1, r6]
    lsr(r7, r6, 7)
    add(r6, r6, r7)
    # r8: what the cell gains
    mov(r7, r8)
    mul(r6, r7)
    ldr(r7, [r3, 16])  # cell_shift
    lsl(r6, r7)
    mov(r8, r6)
    # r6: the forget gate
    data(2, 0x5906)  # ldr r6, [r0, r4]
    lsl(r5, r4, 2)
    add(r5, r5, r4)
    data(2, 0x5947)  # ldr r7, [r0, r5]
    add(r6, r6, r7)
    ldr(r7, [r3, 12])  # shift
    add(r7, 1)
    asr(r6, r7)
    data(2, 0x4466)  # add r6, r12
    asr(r6, r6, 1)
    lsr(r7, r6, 8)
    beq(FORGET)
    mvn(r6, r6)
    asr(r6, r6, 31)
    data(2, 0xB2F6)  # uxtb r6, r6
    label(FORGET)
    data(2, 0x5D8E)  # ldrb r6, [r1, r6]
    lsr(r7, r6, 7)
    add(r6, r6, r7)
    # r8: the cell
    lsl(r5, r4, 3)
    data(2, 0x5947)  # ldr r7, [r0, r5]
    mul(r6, r7)
    data(2, 0x4446)  # add r6, r8
    add(r6, 128)
    asr(r6, r6, 8)
    mov(r7, 1)
    lsl(r7, r7, 15)
    sub(r7, 1)
    cmp(r6, r7)
    ble(MOST)
    mov(r6, r7)
    label(MOST)
    neg(r7, r7)
    cmp(r6, r7)
    bge(LEAST)
    mov(r6, r7)
    label(LEAST)
    data(2, 0x5146)  # str r6, [r0, r5]
    mov(r8, r6)
    # r5: tanh of the cell
    asr(r5, r6, 31)
    eor(r6, r5)
    sub(r6, r6, r5)
    ldr(r7, [r3, 20])  # curve_shift
    sub(r7, 1)
    asr(r6, r7)
    add(r6, 1)
    asr(r6, r6, 1)
    cmp(r6, 255)
    ble(CURVE)
    mov(r6, 255)
    label(CURVE)
    mov(r7, 2)
    lsl(r7, r7, 8)
    add(r6, r6, r7)
    data(2, 0x5D8E)  # ldrb r6, [r1, r6]
    eor(r6, r5)
    sub(r5, r6, r5)
    # r6: the output gate
    add(r7, r4, r4)
    add(r7, r7, r4)
    data(2, 0x59C6)  # ldr r6, [r0, r7]
    mov(r8, r5)
    lsl(r5, r4, 2)
    add(r7, r7, r5)
    data(2, 0x59C7)  # ldr r7, [r0, r7]
    add(r6, r6, r7)
    ldr(r7, [r3, 12])  # shift
    add(r7, 1)
    asr(r6, r7)
    data(2, 0x4466)  # add r6, r12
    asr(r6, r6, 1)
    lsr(r7, r6, 8)
    beq(OUTPUT)
    mvn(r6, r6)
    asr(r6, r6, 31)
    data(2, 0xB2F6)  # uxtb r6, r6
    label(OUTPUT)
    data(2, 0x5D8E)  # ldrb r6, [r1, r6]
    lsr(r7, r6, 7)
    add(r6, r6, r7)
    # the state
    mov(r7, r8)
    mul(r6, r7)
    ldr(r7, [r3, 24])  # factor
    mul(r6, r7)
    ldr(r7, [r3, 28])  # factor_shift
    sub(r7, 1)
    asr(r6, r7)
    add(r6, 1)
    asr(r6, r6, 1)
    ldr(r7, [r3, 32])  # state_zero
    add(r6, r6, r7)
    lsr(r7, r6, 8)
    beq(STATE)
    mvn(r6, r6)
    asr(r6, r6, 31)
    data(2, 0xB2F6)  # uxtb r6, r6
    label(STATE)
    strb(r6, [r2, 0])
    add(r0, 4)
    add(r2, 1)
    data(2, 0x4570)  # cmp r0, lr
    beq(END)
    b(UNIT)
    label(END)
    pop({r4})
    mov(r8, r4)
    mov(r0, 0)
