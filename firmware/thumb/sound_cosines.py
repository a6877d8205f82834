"""The cosine transform of the logarithms of a frame in Thumb-1 assembly: its cepstrum.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions.
"""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
FEATURES = array("i", [0] * 1)
# One row for each coefficient; bits that its sum loses.
COSINES = array("h", [16384, 16384])
COSINE_SHIFT = 14


# r0: SIGNAL, r1: COSINES, r2: FEATURES, r3: channels, 256 times the coefficients, and 65536 times
# COSINE_SHIFT.
@micropython.asm_thumb
def sum_cosines(r0, r1, r2, r3):
    # r12: the end of SIGNAL, lr: that of FEATURES
    #: uxtb r4, r3; lsl r4, r4, 2; add r4, r4, r0; mov r12, r4; lsl r4, r3, 16; lsr r4, r4, 24;
    #: lsl r4, r4, 2; add r4, r4, r2; mov lr, r4; lsr r3, r3, 16
    data(2, 0xB2DC, 0x00A4, 0x1824, 0x46A4, 0x041C, 0x0E24, 0x00A4, 0x18A4, 0x46A6, 0x0C1B)
    label(COEFFICIENT)
    data(2, 0x2401, 0x409C, 0x0864, 0x4605)  # mov r4, 1; lsl r4, r3; lsr r4, r4, 1; mov r5, r0
    label(CHANNEL)
    #: ldm r5!, {r6}; mov r7, 0; ldrsh r7, [r1, r7]; mul r6, r7; add r4, r4, r6; add r1, 2;
    #: cmp r5, r12
    data(2, 0xCD40, 0x2700, 0x5FCF, 0x437E, 0x19A4, 0x3102, 0x4565)
    bne(CHANNEL)
    data(2, 0x411C, 0xC210, 0x4572)  # asr r4, r3; stm r2!, {r4}; cmp r2, lr
    bne(COEFFICIENT)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def cosines(
    total=sum_cosines,
    signal=SIGNAL,
    table=COSINES,
    features=FEATURES,
    sizes=len(SIGNAL) + 256 * len(FEATURES) + 65536 * COSINE_SHIFT,
):
    """Write the cosine transform of SIGNAL to FEATURES."""
    total(signal, table, features, sizes)
