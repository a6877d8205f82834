"""The fully connected layer in Thumb-1 assembly, its weights in the flash of a micro:bit v1.

x: the inputs, uint8, word aligned, in a buffer of whole words: bytes after the last meet
weights of 0. w: the address of the first weight. Weights are bytes 1 to 96 of each 128-byte
chunk: blocks of 8 output channels; in a block, for each input (padded to a multiple of 4), a byte
of every channel, weight + 128. y: bytes or words.

`data` emits instructions that the assembler does not know, on r8 to r14; lines of three are
`ldrb(r3, [r1, n])`, `mul(r3, r2)` and an addition.
"""

import micropython


# p: inputs, outputs, x_at, y_at, zero_point, activation_min, activation_max, table, wide, pieces,
# then bias, multiplier and shift of each output. This kernel reads neither table (`lookup` applies
# it) nor pieces.
@micropython.asm_thumb
def fully_connected(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # r0: start of x, r4: its end, r2: the next output
    ldr(r4, [r3, 8])  # x_at
    add(r0, r0, r4)
    ldr(r4, [r3, 0])  # inputs
    add(r4, r4, r0)
    ldr(r5, [r3, 12])  # y_at
    ldr(r6, [r3, 32])  # wide
    lsl(r6, r6, 1)
    lsl(r5, r6)
    add(r2, r2, r5)
    # the frame: x, next weights, output, p, end of x, next parameters, outputs left, w
    mov(r5, r3)
    add(r5, 40)  # bias
    ldr(r6, [r3, 4])  # outputs
    mov(r7, r1)
    push({r0, r1, r2, r3, r4, r5, r6, r7})
    label(BLOCK)
    data(2, 0x9800, 0x9901, 0x9A06, 0x9C04)  # ldr r0 (x), r1 (weights), r2 (outputs), r4 (end)
    # sums: r5 to r12 of one channel each, r14 of x
    mov(r5, 0)
    mov(r6, 0)
    mov(r7, 0)
    mov(r8, r5)
    mov(r9, r5)
    mov(r10, r5)
    mov(r11, r5)
    mov(r12, r5)
    mov(r14, r5)
    label(EIGHT)
    data(2, 0xC810)  # ldm r0!, {r4}
    cmp(r4, 0)
    beq(ZERO3)
    lsl(r2, r4, 24)
    beq(ZERO0)
    lsr(r2, r2, 24)
    data(2, 0x4496)  # add r14, r2
    data(2, 0x780B, 0x4353, 0x18ED)  # r5 += r2 * w[0]
    data(2, 0x784B, 0x4353, 0x18F6)  # r6 += r2 * w[1]
    data(2, 0x788B, 0x4353, 0x18FF)  # r7 += r2 * w[2]
    data(2, 0x78CB, 0x4353, 0x4498)  # r8 += r2 * w[3]
    data(2, 0x790B, 0x4353, 0x4499)  # r9 += r2 * w[4]
    data(2, 0x794B, 0x4353, 0x449A)  # r10 += r2 * w[5]
    data(2, 0x798B, 0x4353, 0x449B)  # r11 += r2 * w[6]
    data(2, 0x79CB, 0x4353, 0x449C)  # r12 += r2 * w[7]
    label(ZERO0)
    lsl(r2, r4, 16)
    lsr(r2, r2, 24)
    beq(ZERO1)
    data(2, 0x4496)  # add r14, r2
    data(2, 0x7A0B, 0x4353, 0x18ED)  # r5 += r2 * w[8]
    data(2, 0x7A4B, 0x4353, 0x18F6)  # r6 += r2 * w[9]
    data(2, 0x7A8B, 0x4353, 0x18FF)  # r7 += r2 * w[10]
    data(2, 0x7ACB, 0x4353, 0x4498)  # r8 += r2 * w[11]
    data(2, 0x7B0B, 0x4353, 0x4499)  # r9 += r2 * w[12]
    data(2, 0x7B4B, 0x4353, 0x449A)  # r10 += r2 * w[13]
    data(2, 0x7B8B, 0x4353, 0x449B)  # r11 += r2 * w[14]
    data(2, 0x7BCB, 0x4353, 0x449C)  # r12 += r2 * w[15]
    label(ZERO1)
    lsl(r2, r4, 8)
    lsr(r2, r2, 24)
    beq(ZERO2)
    data(2, 0x4496)  # add r14, r2
    data(2, 0x7C0B, 0x4353, 0x18ED)  # r5 += r2 * w[16]
    data(2, 0x7C4B, 0x4353, 0x18F6)  # r6 += r2 * w[17]
    data(2, 0x7C8B, 0x4353, 0x18FF)  # r7 += r2 * w[18]
    data(2, 0x7CCB, 0x4353, 0x4498)  # r8 += r2 * w[19]
    data(2, 0x7D0B, 0x4353, 0x4499)  # r9 += r2 * w[20]
    data(2, 0x7D4B, 0x4353, 0x449A)  # r10 += r2 * w[21]
    data(2, 0x7D8B, 0x4353, 0x449B)  # r11 += r2 * w[22]
    data(2, 0x7DCB, 0x4353, 0x449C)  # r12 += r2 * w[23]
    label(ZERO2)
    lsr(r2, r4, 24)
    beq(ZERO3)
    data(2, 0x4496)  # add r14, r2
    data(2, 0x7E0B, 0x4353, 0x18ED)  # r5 += r2 * w[24]
    data(2, 0x7E4B, 0x4353, 0x18F6)  # r6 += r2 * w[25]
    data(2, 0x7E8B, 0x4353, 0x18FF)  # r7 += r2 * w[26]
    data(2, 0x7ECB, 0x4353, 0x4498)  # r8 += r2 * w[27]
    data(2, 0x7F0B, 0x4353, 0x4499)  # r9 += r2 * w[28]
    data(2, 0x7F4B, 0x4353, 0x449A)  # r10 += r2 * w[29]
    data(2, 0x7F8B, 0x4353, 0x449B)  # r11 += r2 * w[30]
    data(2, 0x7FCB, 0x4353, 0x449C)  # r12 += r2 * w[31]
    label(ZERO3)
    add(r1, 32)
    # after 3 * 32 bytes, on to the next chunk of 128
    lsl(r3, r1, 25)
    lsr(r3, r3, 30)
    cmp(r3, 3)
    bne(CHUNK)
    add(r1, 32)
    label(CHUNK)
    data(2, 0x9B04)  # ldr r3 (end)
    cmp(r0, r3)
    bcc(EIGHT)
    label(SUMS)
    data(2, 0x9101)  # str r1 (weights)
    # the sums on the stack, r8: the frame, r10: -128 * sum of x
    mov(r0, r8)
    mov(r1, r9)
    mov(r2, r10)
    mov(r3, r11)
    mov(r4, r12)
    mov(r8, sp)
    push({r0, r1, r2, r3, r4})
    push({r5, r6, r7})
    data(2, 0x9C0B, 0x9D0D, 0x9E0A, 0x9F0E)  # ldr r4 (p), r5, r6, r7 (outputs)
    mov(r0, r14)
    lsl(r0, r0, 7)
    neg(r0, r0)
    mov(r10, r0)
    label(CHANNEL)
    pop({r0})
    data(2, 0x4450)  # add r0, r10
    ldr(r1, [r5, 0])  # bias
    add(r0, r0, r1)
    # requantize
    ldr(r1, [r5, 4])  # multiplier
    asr(r2, r0, 15)
    mul(r2, r1)
    lsl(r0, r0, 17)
    lsr(r0, r0, 17)
    mul(r0, r1)
    lsr(r0, r0, 15)
    add(r0, r0, r2)
    ldr(r1, [r5, 8])  # shift
    sub(r1, 16)
    asr(r0, r1)
    add(r0, 1)
    asr(r0, r0, 1)
    ldr(r1, [r4, 16])  # zero_point
    add(r0, r0, r1)
    # clamp
    ldr(r1, [r4, 20])  # activation_min
    cmp(r0, r1)
    bge(LOW)
    mov(r0, r1)
    label(LOW)
    ldr(r1, [r4, 24])  # activation_max
    cmp(r0, r1)
    ble(HIGH)
    mov(r0, r1)
    label(HIGH)
    ldr(r1, [r4, 32])  # wide
    cmp(r1, 0)
    bne(WIDE)
    strb(r0, [r6, 0])
    add(r6, 1)
    b(NEXT)
    label(WIDE)
    str(r0, [r6, 0])
    add(r6, 4)
    label(NEXT)
    add(r5, 12)
    sub(r7, 1)
    beq(DONE)
    data(2, 0x45E8)  # cmp r8, sp
    bne(CHANNEL)
    data(2, 0x9505, 0x9602, 0x9706)  # str r5, r6, r7 (outputs)
    b(BLOCK)
    label(DONE)
    mov(sp, r8)
    data(2, 0xB008)  # add sp, 32
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
