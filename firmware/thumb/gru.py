"""One time step of a gated recurrent unit, after its matrix products, in Thumb-1 assembly.

x: words, seven per unit: the input's sums for update gate, reset gate and candidate, the state's
sums for the same, and the state, in units of 1 / 32767, which is updated. w: two tables of
256 entries, sigmoid and tanh. y: the new state, a byte per unit.

`data` emits instructions that the assembler does not know: those in the comment beside it, or in
`#:` above it.
"""

import micropython


# p: units, y_at, reset (1: write the initial zero state to x and y only), shift.
@micropython.asm_thumb
def gru(r0, r1, r2, r3):
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
    ldr(r3, [r3, 12])  # shift
    cmp(r5, 0)
    beq(STEP)
    add(r5, r4, r4)
    add(r5, r5, r4)
    add(r5, r5, r5)
    mov(r6, 0)
    mov(r7, 128)
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
    # r8: the update gate
    ldr(r6, [r0, 0])
    add(r5, r4, r4)
    add(r5, r5, r4)
    data(2, 0x5947)  # ldr r7, [r0, r5]
    add(r6, r6, r7)
    asr(r6, r3)
    data(2, 0x4466)  # add r6, r12
    asr(r6, r6, 1)
    lsr(r7, r6, 8)
    beq(UPDATE)
    mvn(r6, r6)
    asr(r6, r6, 31)
    data(2, 0xB2F6)  # uxtb r6, r6
    label(UPDATE)
    data(2, 0x5D8E)  # ldrb r6, [r1, r6]
    lsr(r7, r6, 7)
    add(r6, r6, r7)
    mov(r8, r6)
    # r6: the reset gate
    data(2, 0x5906)  # ldr r6, [r0, r4]
    add(r5, r5, r4)
    data(2, 0x5947)  # ldr r7, [r0, r5]
    add(r6, r6, r7)
    asr(r6, r3)
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
    # the candidate
    add(r5, r5, r4)
    data(2, 0x5947)  # ldr r7, [r0, r5]
    mul(r6, r7)
    add(r6, 128)
    asr(r6, r6, 8)
    add(r7, r4, r4)
    data(2, 0x59C7)  # ldr r7, [r0, r7]
    add(r6, r6, r7)
    sub(r7, r3, 1)
    asr(r6, r7)
    data(2, 0x4466)  # add r6, r12
    asr(r6, r6, 1)
    lsr(r7, r6, 8)
    beq(CANDIDATE)
    mvn(r6, r6)
    asr(r6, r6, 31)
    data(2, 0xB2F6)  # uxtb r6, r6
    label(CANDIDATE)
    add(r6, 255)
    add(r6, 1)
    data(2, 0x5D8E)  # ldrb r6, [r1, r6]
    sub(r6, 128)
    mov(r7, 129)
    lsl(r7, r7, 1)
    mul(r6, r7)
    # mix with the old state
    add(r5, r5, r4)
    data(2, 0x5947)  # ldr r7, [r0, r5]
    sub(r7, r7, r6)
    mov(r5, r8)
    mul(r7, r5)
    add(r7, 128)
    asr(r7, r7, 8)
    add(r6, r6, r7)
    add(r5, r4, r4)
    add(r5, r5, r4)
    add(r5, r5, r5)
    data(2, 0x5146)  # str r6, [r0, r5]
    add(r6, 128)
    asr(r6, r6, 8)
    add(r6, 128)
    cmp(r6, 255)
    ble(MOST)
    mov(r6, 255)
    label(MOST)
    strb(r6, [r2, 0])
    add(r0, 4)
    add(r2, 1)
    data(2, 0x4570)  # cmp r0, lr
    bne(UNIT)
    label(END)
    pop({r4})
    mov(r8, r4)
    mov(r0, 0)
