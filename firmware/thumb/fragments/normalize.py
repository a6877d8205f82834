"""Lines that assembly kernels share: how many bits a number has."""


# r5: a number, not 0; later shifted so far that its highest bit is the highest of the register.
# r4: its bits. r6: changed.
def normalize():
    #: mov r4, 32; lsr r6, r5, 16; bne 2; lsl r5, r5, 16; sub r4, 16; lsr r6, r5, 24; bne 2;
    #: lsl r5, r5, 8; sub r4, 8; lsr r6, r5, 28; bne 2; lsl r5, r5, 4; sub r4, 4; lsr r6, r5, 30;
    #: bne 2; lsl r5, r5, 2; sub r4, 2; lsr r6, r5, 31; bne 2; lsl r5, r5, 1; sub r4, 1
    data(2, 0x2420, 0x0C2E, 0xD101, 0x042D, 0x3C10, 0x0E2E, 0xD101, 0x022D, 0x3C08, 0x0F2E, 0xD101)
    data(2, 0x012D, 0x3C04, 0x0FAE, 0xD101, 0x00AD, 0x3C02, 0x0FEE, 0xD101, 0x006D, 0x3C01)
