"""The logarithm of a channel, from an exponent and a mantissa, in Thumb-1 assembly.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions.
"""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
# 65536 * (log2(1 + k / 128) - k / 128)
LOG2 = array("h", [0] * 130)
# (x + offset) * factor >> shift, of a logarithm to base 2 in 2**-16.
LOG_SCALE = (0, 22713, 16)


# r0: SIGNAL, r1: LOG2, r2: LOG_SCALE as an array, r3: channels.
@micropython.asm_thumb
def scale_logarithms(r0, r1, r2, r3):
    # r3: the end
    data(2, 0x009B, 0x181B)  # lsl r3, r3, 2; add r3, r3, r0
    label(CHANNEL)
    # r4: the logarithm to base 2
    #: ldr r4, [r0, 0]; uxth r5, r4; lsr r5, r5, 9; lsl r5, r5, 1; add r5, r5, r1; ldrh r6, [r5, 0];
    #: ldrh r5, [r5, 2]; sub r5, r5, r6; lsl r7, r4, 23; lsr r7, r7, 23; mul r5, r7; asr r5, r5, 9;
    #: add r4, r4, r6; add r4, r4, r5; ldr r5, [r2, 0]; add r4, r4, r5
    data(2, 0x6804, 0xB2A5, 0x0A6D, 0x006D, 0x186D, 0x882E, 0x886D, 0x1BAD)
    data(2, 0x05E7, 0x0DFF, 0x437D, 0x126D, 0x19A4, 0x1964, 0x6815, 0x1964)
    # In two parts, so that every number fits 32 bits.
    #: ldr r5, [r2, 4]; uxtb r6, r4; mul r6, r5; lsr r6, r6, 8; asr r4, r4, 8; mul r4, r5;
    #: add r4, r4, r6; ldr r5, [r2, 8]; mov r6, 1; lsl r6, r5; lsr r6, r6, 1; add r4, r4, r6;
    #: asr r4, r5; stm r0!, {r4}; cmp r0, r3
    data(2, 0x6855, 0xB2E6, 0x436E, 0x0A36, 0x1224, 0x436C, 0x19A4, 0x6895)
    data(2, 0x2601, 0x40AE, 0x0876, 0x19A4, 0x412C, 0xC010, 0x4298)
    bne(CHANNEL)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def logarithms(
    take=scale_logarithms,
    signal=SIGNAL,
    table=LOG2,
    scale=array("i", LOG_SCALE),
    channels=len(SIGNAL),
):
    """Replace each SIGNAL by its logarithm."""
    take(signal, table, scale, channels)
