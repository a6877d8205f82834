"""Gain control (PCAN) in Thumb-1 assembly: the signal by a power of its noise.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions.
"""

from array import array

import micropython
from fragments.normalize import normalize

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
NOISE = array("i", [0] * 2)
# For each number of bits of the noise the gain where it begins, and a parabola. Bits that the
# product with the gain loses.
GAINS = array("h", [0] * 99)
SNR_SHIFT = 6


# r0: SIGNAL, r1: NOISE, r2: GAINS, r3: channels, and 256 * SNR_SHIFT.
@micropython.asm_thumb
def multiply_gain(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    push({r4, r5})
    # r8: the end, r9: SNR_SHIFT - 5, r12: 16384
    #: uxtb r4, r3; lsl r4, r4, 2; add r4, r4, r0; mov r8, r4; lsr r3, r3, 8; sub r3, 5; mov r9, r3;
    #: mov r3, 1; lsl r3, r3, 14; mov r12, r3
    data(2, 0xB2DC, 0x00A4, 0x1824, 0x46A0, 0x0A1B, 0x3B05, 0x4699, 0x2301, 0x039B, 0x469C)
    label(CHANNEL)
    data(2, 0xC920, 0x2D02)  # ldm r1!, {r5}; cmp r5, 2
    bhi(PARABOLA)
    # r4: the gain
    #: lsl r4, r5, 1; add r4, r4, r5; lsl r4, r4, 1; ldrsh r4, [r2, r4]
    data(2, 0x006C, 0x1964, 0x0064, 0x5F14)
    b(PRODUCT)
    label(PARABOLA)
    normalize()
    # r5: the 10 bits behind the first one, r6: the coefficients
    #: lsl r5, r5, 1; lsr r5, r5, 22; lsl r6, r4, 1; add r6, r6, r4; lsl r6, r6, 1; add r6, r6, r2;
    #: mov r7, 4; ldrsh r4, [r6, r7]; mul r4, r5; asr r4, r4, 5; mov r7, 2; ldrsh r7, [r6, r7];
    #: lsl r7, r7, 5; add r4, r4, r7; mul r4, r5; add r4, r12; asr r4, r4, 15; mov r7, 0;
    #: ldrsh r7, [r6, r7]; add r4, r4, r7
    data(2, 0x006D, 0x0DAD, 0x0066, 0x1936, 0x0076, 0x18B6, 0x2704, 0x5FF4, 0x436C, 0x1164)
    data(2, 0x2702, 0x5FF7, 0x017F, 0x19E4, 0x436C, 0x4464, 0x13E4, 0x2700, 0x5FF7, 0x19E4)
    label(PRODUCT)
    # In two parts, so that every number fits 32 bits. r5: the product
    #: ldr r3, [r0, 0]; lsr r5, r3, 5; mul r5, r4; lsl r3, r3, 27; lsr r3, r3, 27; mul r3, r4;
    #: lsr r3, r3, 5; add r5, r5, r3; mov r7, r9; lsr r5, r7; lsr r6, r5, 13
    data(2, 0x6803, 0x095D, 0x4365, 0x06DB, 0x0EDB, 0x4363, 0x095B, 0x18ED, 0x464F, 0x40FD, 0x0B6E)
    bne(LARGE)
    data(2, 0x436D, 0x0D2D)  # mul r5, r5; lsr r5, r5, 20
    b(STORE)
    label(LARGE)
    data(2, 0x09AD, 0x3D40)  # lsr r5, r5, 6; sub r5, 64
    label(STORE)
    data(2, 0xC020, 0x4540)  # stm r0!, {r5}; cmp r0, r8
    bne(CHANNEL)
    pop({r4, r5})
    mov(r8, r4)
    mov(r9, r5)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def control_gain(
    multiply=multiply_gain,
    signal=SIGNAL,
    noise=NOISE,
    gains=GAINS,
    sizes=256 * SNR_SHIFT + len(SIGNAL),
):
    """Multiply SIGNAL by the gain of its NOISE."""
    multiply(signal, noise, gains, sizes)
