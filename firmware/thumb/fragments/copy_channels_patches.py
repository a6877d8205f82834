"""The start of a depthwise convolution: copies the patch of each pixel to patch_at, all channels.

r0: x, r3: p, and the frame of the kernel, in which W, FIRST, OUTPUTS, Y, P, PADS and PATCH are set.
The kernel continues at READY, `next_patch` at PIXEL or LINE.
"""


def copy_channels_patches():
    # r7: where windows begin to leave the image: first the column, then the row
    #: ldr r4, [r3, row]; ldr r5, [r3, run]; ldr r6, [r3, k_h]; str r4, ROW; str r5, RUN;
    #: str r6, KH; sub r7, r4, r5; add r7, 1; bpl 1; mov r7, 0; str r7, COLUMNS; ldr r7, [r3, rows];
    #: sub r7, r7, r6; add r7, 1; bpl 1; mov r7, 0; str r7, ROWS
    data(2, 0x6A5C, 0x6ADD, 0x6A9E, 0x9408, 0x9509, 0x960A, 0x1B67, 0x3701, 0xD500)
    data(2, 0x2700, 0x9713, 0x6A1F, 0x1BBF, 0x3701, 0xD500, 0x2700, 0x9714)
    # r5: 0 if everything is whole words, r0: where the first window begins (or would) in x
    #: ldr r1, [r3, x_at]; add r0, r0, r1; ldr r1, [r3, step]; ldr r2, [r3, left]; orr r5, r4;
    #: orr r5, r1; orr r5, r2; lsl r5, r5, 30; sub r0, r0, r2; ldr r1, [r3, pad_top]; mul r4, r1;
    #: sub r0, r0, r4; neg r1, r1; ldr r4, [r3, out_h]; str r5, BYTES; str r0, LINE0; str r1, IY;
    #: str r4, OY
    data(2, 0x6899, 0x1840, 0x6B59, 0x6BDA, 0x4325, 0x430D, 0x4315, 0x07AD, 0x1A80)
    data(2, 0x6B99, 0x434C, 0x1B00, 0x4249, 0x6C1C, 0x9512, 0x9015, 0x9116, 0x9418)
    label(LINE)
    # r0: the first window of a row, r1: its first row, r3: p
    #: ldr r5, ROWS; ldr r6, COLUMNS; cmp r1, r5; bcc 1; mov r6, 0; ldr r4, [r3, left]; neg r4, r4;
    #: ldr r5, [r3, out_w]; str r6, LIMIT; str r4, COLUMN; str r5, OX; str r0, SRC
    data(2, 0x9D14, 0x9E13, 0x42A9, 0xD300, 0x2600, 0x6BDC)
    data(2, 0x4264, 0x6C5D, 0x9607, 0x9406, 0x9517, 0x9004)
    label(PIXEL)
    # r0: x, r1: patch, r2: column, r3: the first clipped one, r4: row, r5: run, r6: k_h
    #: add r7, sp, SRC; ldm r7!, {r0, r1, r2, r3, r4, r5, r6}; cmp r2, r3
    data(2, 0xAF04, 0xCF7F, 0x429A)
    bcs(CLIP)
    mov(r7, r5)
    label(COPY)
    # r6 runs of r7 bytes
    data(2, 0x9A12, 0x2A00)  # ldr r2, BYTES; cmp r2, 0
    beq(WORDS)
    label(BYTES)
    mov(r3, r7)
    label(BYTE)
    sub(r3, 1)
    data(2, 0x5CC2, 0x54CA)  # ldrb r2, [r0, r3]; strb r2, [r1, r3]
    bne(BYTE)
    data(2, 0x1900, 0x1949, 0x3E01)  # add r0, r0, r4; add r1, r1, r5; sub r6, 1
    bne(BYTES)
    b(READY)
    label(WORDS)
    mov(r3, r7)
    label(WORD)
    sub(r3, 4)
    data(2, 0x58C2, 0x50CA)  # ldr r2, [r0, r3]; str r2, [r1, r3]
    bne(WORD)
    data(2, 0x1900, 0x1949, 0x3E01)  # add r0, r0, r4; add r1, r1, r5; sub r6, 1
    bne(WORDS)
    b(READY)
    label(CLIP)
    # fill the patch with padding, then cut r0, r1, r6 and r7 to the part inside the image
    #: mov r3, r5; mul r3, r6; ldr r7, BYTES; cmp r7, 0; ldr r7, PADS
    data(2, 0x462B, 0x4373, 0x9F12, 0x2F00, 0x9F11)
    beq(FILL)
    label(PADDING)
    sub(r3, 1)
    data(2, 0x54CF)  # strb r7, [r1, r3]
    bne(PADDING)
    b(CUT)
    label(FILL)
    sub(r3, 4)
    data(2, 0x50CF)  # str r7, [r1, r3]
    bne(FILL)
    label(CUT)
    #: mov r7, r5; cmp r2, 0; bge 3; sub r0, r0, r2; sub r1, r1, r2; add r7, r7, r2; add r3, r2, r5;
    #: sub r3, r3, r4; ble 1; sub r7, r7, r3; ldr r2, IY; cmp r2, 0; bge 7; add r6, r6, r2;
    #: mov r3, r2; mul r3, r4; sub r0, r0, r3; mul r2, r5; sub r1, r1, r2; mov r2, 0; ldr r3, P;
    #: ldr r3, [r3, rows]; sub r3, r2, r3; add r3, r3, r6
    data(2, 0x462F, 0x2A00, 0xDA02, 0x1A80, 0x1A89, 0x18BF, 0x1953, 0x1B1B)
    data(2, 0xDD00, 0x1AFF, 0x9A16, 0x2A00, 0xDA06, 0x18B6, 0x4613, 0x4363)
    data(2, 0x1AC0, 0x436A, 0x1A89, 0x2200, 0x9B0F, 0x6A1B, 0x1AD3, 0x199B)
    ble(COPY)
    sub(r6, r6, r3)
    b(COPY)
    label(READY)
