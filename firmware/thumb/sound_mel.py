"""The energy in each mel filter, and its square root, in Thumb-1 assembly.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame by name.
"""

from array import array

import micropython
from fragments.side_widths import side_widths

# Literals of an example front end; the exporter puts the network's own in their place.
REAL = array("h", [0] * 4)
IMAGINARY = array("h", [0] * 4)
SIGNAL = array("i", [0] * 2)
# The first frequency; how many are on the rising side of each filter, and on the falling one of
# the last. For each frequency its weight on the rising side, and on the falling one, in 2**-12.
MEL_BEGIN = 1
MEL_WIDTHS = b"\x01\x01\x01"
MEL_WEIGHTS = array("h", [2048, 2048, 2048, 2048, 2048, 2048])


# r0: MEL_WIDTHS, r1: SIGNAL, r2: channels.
@micropython.asm_thumb
def mel_sides(r0, r1, r2):
    side_widths()


# r0: REAL, r1: IMAGINARY, r2: MEL_WEIGHTS, r3: SIGNAL, with the widths as above. There are only
# four arguments, so frequency 0, which no filter reads, has three numbers: REAL the first
# frequency, IMAGINARY 16 * channels + up.
@micropython.asm_thumb
def mel_roots(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: CHANNEL 0, FIRST 4, LAST 8, UP 12, FRAME 16
    # CHANNEL: the place of the one whose falling side is next; before the FIRST, none.
    #: sub sp, FRAME; str r3, FIRST; sub r4, r3, 4; str r4, CHANNEL; ldrh r4, [r1, 0]; mov r5, 15;
    #: and r5, r4; str r5, UP; lsr r4, r4, 4; sub r4, 1; lsl r4, r4, 2; add r4, r4, r3; str r4, LAST
    data(2, 0xB084, 0x9301, 0x1F1C, 0x9400, 0x880C, 0x250F, 0x4025)
    data(2, 0x9503, 0x0924, 0x3C01, 0x00A4, 0x18E4, 0x9402)
    # r3: the place of a frequency in REAL and IMAGINARY, r5: how many are on the side
    data(2, 0x781D, 0x8803, 0x005B)  # ldrb r5, [r3, 0]; ldrh r3, [r0, 0]; lsl r3, r3, 1
    label(SIDE)
    # r12: the end. Sums in two parts, the first in 2**16: rising in r8 and r9, falling in r10, r11.
    #: lsl r5, r5, 1; add r5, r5, r3; mov r12, r5; mov r4, 0; mov r10, r4; mov r11, r4
    data(2, 0x006D, 0x18ED, 0x46AC, 0x2400, 0x46A2, 0x46A3)
    b(MORE)
    label(FREQUENCY)
    # r4: energy, its upper bits in r5
    #: ldrsh r4, [r0, r3]; ldrsh r5, [r1, r3]; add r3, 2; mul r4, r4; mul r5, r5; add r4, r4, r5;
    #: lsr r5, r4, 16; uxth r4, r4; ldrh r6, [r2, 0]; mov r7, r6; mul r7, r4; mul r6, r5;
    #: add r8, r6; lsr r6, r7, 16; add r8, r6; uxth r7, r7; add r9, r7; ldrh r6, [r2, 2];
    #: mul r4, r6; mul r5, r6; add r10, r5; lsr r5, r4, 16; add r10, r5; uxth r4, r4; add r11, r4;
    #: add r2, 4
    data(2, 0x5EC4, 0x5ECD, 0x3302, 0x4364, 0x436D, 0x1964, 0x0C25, 0xB2A4, 0x8816)
    data(2, 0x4637, 0x4367, 0x436E, 0x44B0, 0x0C3E, 0x44B0, 0xB2BF, 0x44B9, 0x8856)
    data(2, 0x4374, 0x4375, 0x44AA, 0x0C25, 0x44AA, 0xB2A4, 0x44A3, 0x3204)
    label(MORE)
    data(2, 0x4563)  # cmp r3, r12
    bne(FREQUENCY)
    data(2, 0x9C00, 0x9D01, 0x42AC)  # ldr r4, CHANNEL; ldr r5, FIRST; cmp r4, r5
    bcc(NEXT)
    # r4: the upper 32 bits of the sum, later what is left; r3: the rest, from the top; r5: root
    #: mov r12, r2; mov lr, r3; mov r4, r8; mov r3, r9; lsr r5, r3, 16; add r4, r4, r5;
    #: lsl r3, r3, 16; mov r5, 0; mov r6, 1; lsl r6, r6, 30
    data(2, 0x4694, 0x469E, 0x4644, 0x464B, 0x0C1D, 0x1964, 0x041B, 0x2500, 0x2601, 0x07B6)
    label(SMALLER)
    cmp(r4, r6)
    bcs(DIGIT)
    lsr(r6, r6, 2)
    bne(SMALLER)
    b(REST)
    label(DIGIT)
    #: add r7, r5, r6; lsr r5, r5, 1; cmp r4, r7; bcc 2; sub r4, r4, r7; add r5, r5, r6;
    #: lsr r6, r6, 2
    data(2, 0x19AF, 0x086D, 0x42BC, 0xD301, 0x1BE4, 0x19AD, 0x08B6)
    bne(DIGIT)
    label(REST)
    mov(r6, 8)
    label(PAIR)
    #: lsl r4, r4, 2; lsr r7, r3, 30; orr r4, r7; lsl r3, r3, 2; lsl r7, r5, 2; add r7, 1;
    #: lsl r5, r5, 1; cmp r4, r7; bcc 2; sub r4, r4, r7; add r5, 1; sub r6, 1
    data(2, 0x00A4, 0x0F9F, 0x433C, 0x009B, 0x00AF, 0x3701)
    data(2, 0x006D, 0x42BC, 0xD301, 0x1BE4, 0x3501, 0x3E01)
    bne(PAIR)
    # Rounded; the root of what 32 bits hold stays within 16.
    #: mov r2, r12; mov r3, lr; cmp r4, r5; bls 6; add r7, r5, 1; mov r6, 1; lsl r6, r6, 16;
    #: cmp r7, r6; beq 1; mov r5, r7; ldr r6, UP; lsr r5, r6; ldr r4, CHANNEL; str r5, [r4, 0]
    data(2, 0x4662, 0x4673, 0x42AC, 0xD905, 0x1C6F, 0x2601, 0x0436)
    data(2, 0x42B7, 0xD000, 0x463D, 0x9E03, 0x40F5, 0x9C00, 0x6025)
    label(NEXT)
    data(2, 0x9E02, 0x42B4)  # ldr r6, LAST; cmp r4, r6
    beq(END)
    #: add r4, 4; str r4, CHANNEL; ldr r5, [r4, 0]; lsr r5, r5, 8; mov r8, r10; mov r9, r11
    data(2, 0x3404, 0x9400, 0x6825, 0x0A2D, 0x46D0, 0x46D9)
    b(SIDE)
    label(END)
    data(2, 0xB004)  # add sp, FRAME
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def mel(
    up,
    sides=mel_sides,
    roots=mel_roots,
    re=REAL,
    im=IMAGINARY,
    signal=SIGNAL,
    begin=MEL_BEGIN,
    widths=MEL_WIDTHS,
    weights=MEL_WEIGHTS,
    channels=len(SIGNAL),
):
    """Write the root of each filter's energy to SIGNAL; `up` as `load_frame` returned it."""
    sides(widths, signal, channels)
    re[0] = begin
    im[0] = 16 * channels + up
    roots(re, im, weights, signal)
