"""The fully connected layer in ARMv7E-M assembly: Cortex-M4, M7 and M33, two products at a time.

Like `thumb/fully_connected.py`, except that w has in a block, for every 4 inputs, 4 bytes of each
channel. w may lie at any address.

A word of four inputs costs 49 instructions for 8 channels, or 7 if all four are zero. The lines of
nine halfwords, for a channel's sum:

    ldr r4, [r1, 4 * channel]
    uxtb16 r5, r4                   its weights 0 and 2
    uxtb16 r4, r4, ror 8            its weights 1 and 3
    smlad sum, r5, r2, sum
    smlad sum, r4, r3, sum
"""

import micropython


# p: inputs, outputs, x_at, y_at, zero_point, activation_min, activation_max, table (its place in w,
# or 0), wide, pieces, then bias, multiplier and shift of each output.
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
    mov(r5, 0)
    mov(r7, r4)
    b(ALIGN)
    label(PAD)
    strb(r5, [r7, 0])
    add(r7, 1)
    label(ALIGN)
    lsl(r6, r7, 30)
    bne(PAD)
    # 128 times the sum of x
    mov(r5, 0)
    mov(r8, r5)
    mov(r7, r0)
    label(ADD)
    data(2, 0xCF40)  # ldm r7!, {r6}
    data(2, 0xFB76, 0x5508)  # usada8 r5, r6, r8, r5
    cmp(r7, r4)
    bcc(ADD)
    lsl(r5, r5, 7)
    neg(r5, r5)
    push({r5})
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
    data(2, 0x9800, 0x9901, 0x9A06)  # ldr r0 (x), r1 (weights), r2 (outputs)
    # sums: r6 to r12 and r14
    mov(r6, 0)
    mov(r7, 0)
    mov(r8, r6)
    mov(r9, r6)
    mov(r10, r6)
    mov(r11, r6)
    mov(r12, r6)
    mov(r14, r6)
    cmp(r2, 4)
    bgt(EIGHT)
    label(FOUR)
    data(2, 0xC804)  # ldm r0!, {r2}
    cmp(r2, 0)
    beq(ZERO4)
    data(2, 0xFA3F, 0xF392)  # uxtb16 r3, r2, ror 8
    data(2, 0xFA3F, 0xF282)  # uxtb16 r2, r2
    data(2, 0x680C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x6602, 0xFB24, 0x6603)  # r6
    data(2, 0x684C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x7702, 0xFB24, 0x7703)  # r7
    data(2, 0x688C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x8802, 0xFB24, 0x8803)  # r8
    data(2, 0x68CC, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x9902, 0xFB24, 0x9903)  # r9
    label(ZERO4)
    add(r1, 16)
    data(2, 0x9B04)  # ldr r3 (end)
    cmp(r0, r3)
    bcc(FOUR)
    b(SUMS)
    label(EIGHT)
    data(2, 0xC804)  # ldm r0!, {r2}
    cmp(r2, 0)
    beq(ZERO8)
    data(2, 0xFA3F, 0xF392)  # uxtb16 r3, r2, ror 8
    data(2, 0xFA3F, 0xF282)  # uxtb16 r2, r2
    data(2, 0x680C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x6602, 0xFB24, 0x6603)  # r6
    data(2, 0x684C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x7702, 0xFB24, 0x7703)  # r7
    data(2, 0x688C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x8802, 0xFB24, 0x8803)  # r8
    data(2, 0x68CC, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0x9902, 0xFB24, 0x9903)  # r9
    data(2, 0x690C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0xAA02, 0xFB24, 0xAA03)  # r10
    data(2, 0x694C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0xBB02, 0xFB24, 0xBB03)  # r11
    data(2, 0x698C, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0xCC02, 0xFB24, 0xCC03)  # r12
    data(2, 0x69CC, 0xFA3F, 0xF584, 0xFA3F, 0xF494, 0xFB25, 0xEE02, 0xFB24, 0xEE03)  # r14
    label(ZERO8)
    add(r1, 32)
    data(2, 0x9B04)  # ldr r3 (end)
    cmp(r0, r3)
    bcc(EIGHT)
    label(SUMS)
    data(2, 0x9101)  # str r1 (weights)
    # the sums on the stack, r8: the frame, r9: w, r10: -128 * sum of x
    mov(r0, r8)
    mov(r1, r9)
    mov(r2, r10)
    mov(r3, r11)
    mov(r4, r12)
    mov(r5, r14)
    mov(r8, sp)
    push({r0, r1, r2, r3, r4, r5})
    push({r6, r7})
    data(2, 0x9C0B, 0x9D0D, 0x9E0A, 0x9F0E)  # ldr r4 (p), r5, r6, r7 (outputs)
    data(2, 0x980F)  # ldr r0 (w)
    mov(r9, r0)
    data(2, 0x9810)  # ldr r0 (-128 * sum)
    mov(r10, r0)
    label(CHANNEL)
    pop({r0})
    data(2, 0x4450)  # add r0, r10
    ldr(r1, [r5, 0])  # bias
    add(r0, r0, r1)
    ldr(r1, [r4, 36])  # pieces
    cmp(r1, 1)
    bgt(PARTIAL)
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
    ldr(r1, [r4, 28])  # table
    cmp(r1, 0)
    beq(STORE)
    add(r0, r0, r1)
    data(2, 0x4448)  # add r0, r9
    ldrb(r0, [r0, 0])
    label(STORE)
    ldr(r1, [r4, 32])  # wide
    cmp(r1, 0)
    bne(WIDE)
    strb(r0, [r6, 0])
    add(r6, 1)
    b(NEXT)
    label(WIDE)
    str(r0, [r6, 0])
    add(r6, 4)
    b(NEXT)
    label(PARTIAL)
    str(r0, [r5, 0])  # bias
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
    ldr(r0, [r4, 36])  # pieces
    sub(r0, 1)
    ble(LAST)
    str(r0, [r4, 36])  # pieces
    ldr(r0, [r4, 8])  # x_at
    ldr(r1, [r4, 0])  # inputs
    add(r0, r0, r1)
    str(r0, [r4, 8])  # x_at
    label(LAST)
    data(2, 0xB009)  # add sp, 36
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)
    mov(r0, 0)
