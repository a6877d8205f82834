"""The logarithm of a channel, in Thumb-1 assembly: the feature.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions.
"""

from array import array

import micropython
from fragments.normalize import normalize

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
# 65536 * (log2(1 + k / 128) - k / 128)
LOG2 = array("h", [0] * 130)
# Bits that the signal is shifted by before, and bits of a feature after the point.
LOG_SHIFTS = (3, 6)


# r0: SIGNAL, r1: LOG2, r2: channels, r3: the first of LOG_SHIFTS, and 256 times the other.
@micropython.asm_thumb
def take_logarithms(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    push({r4, r5})
    # lr: the end, r3: bits before, r8: bits after, r9: 45426, which is ln(2) in 2**-16, r12: 32768
    #: lsl r2, r2, 2; add r2, r2, r0; mov lr, r2; lsr r4, r3, 8; mov r8, r4; uxtb r3, r3;
    #: mov r4, 177; lsl r4, r4, 8; add r4, 114; mov r9, r4; mov r4, 1; lsl r4, r4, 15; mov r12, r4
    data(2, 0x0092, 0x1812, 0x4696, 0x0A1C, 0x46A0, 0xB2DB, 0x24B1)
    data(2, 0x0224, 0x3472, 0x46A1, 0x2401, 0x03E4, 0x46A4)
    label(CHANNEL)
    data(2, 0x6805, 0x409D, 0x2200, 0x2D01)  # ldr r5, [r0, 0]; lsl r5, r3; mov r2, 0; cmp r5, 1
    bls(STORE)
    normalize()
    # r5: the 16 bits behind the first one, r7: their segment of the table, r2: its start
    #: lsl r5, r5, 1; lsr r5, r5, 16; lsr r7, r5, 9; lsl r6, r7, 1; add r6, r6, r1;
    #: ldrh r2, [r6, 0]; ldrh r6, [r6, 2]; sub r6, r6, r2; lsl r7, r7, 9; sub r7, r5, r7;
    #: mul r6, r7; asr r6, r6, 16; add r5, r5, r2; add r5, r5, r6
    data(2, 0x006D, 0x0C2D, 0x0A6F, 0x007E, 0x1876, 0x8832, 0x8876)
    data(2, 0x1AB6, 0x027F, 0x1BEF, 0x437E, 0x1436, 0x18AD, 0x19AD)
    # r5 is at most 65536, so its product fits 32 bits; no logarithm of 32 bits exceeds 16 bits
    #: mov r7, r9; mul r5, r7; add r5, r12; lsr r5, r5, 16; sub r4, 1; mul r4, r7; add r4, r4, r5;
    #: mov r7, r8; lsl r4, r7; add r4, r12; lsr r2, r4, 16
    data(2, 0x464F, 0x437D, 0x4465, 0x0C2D, 0x3C01, 0x437C, 0x1964, 0x4647, 0x40BC, 0x4464, 0x0C22)
    label(STORE)
    data(2, 0xC004, 0x4570)  # stm r0!, {r2}; cmp r0, lr
    bne(CHANNEL)
    pop({r4, r5})
    mov(r8, r4)
    mov(r9, r5)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def logarithms(
    take=take_logarithms,
    signal=SIGNAL,
    table=LOG2,
    channels=len(SIGNAL),
    shifts=LOG_SHIFTS[0] + 256 * LOG_SHIFTS[1],
):
    """Replace each SIGNAL by its natural logarithm, at most 65535."""
    take(signal, table, channels, shifts)
