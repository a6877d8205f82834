"""Lines that the assembly kernels of mel filters share: widths of their sides, a word a filter."""


# r0: MEL_WIDTHS, r1: SIGNAL, r2: channels. A channel gets the width of its rising side, and 256
# times that of its falling side.
def side_widths():
    label(CHANNEL)
    ldrb(r3, [r0, 0])
    ldrb(r4, [r0, 1])
    #: lsl r4, r4, 8; orr r3, r4; stm r1!, {r3}; add r0, 1; sub r2, 1
    data(2, 0x0224, 0x4323, 0xC108, 0x3001, 0x3A01)
    bne(CHANNEL)
