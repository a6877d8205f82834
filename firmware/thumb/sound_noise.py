"""Noise reduction in Thumb-1 assembly: what a channel has all the time is subtracted.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions.
"""

from array import array

import micropython

# Literals of an example front end; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
NOISE = array("i", [0] * 2)
# Bits of the noise after the point; how much a frame counts for it in even and in odd channels,
# and what is left at least, in 2**-14.
SMOOTHING = (10, 409, 983, 819)


# r0: SIGNAL, r1: NOISE, r2: SMOOTHING as an array, r3: channels.
@micropython.asm_thumb
def subtract_noise(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # r3: the end; r8: bits, r9: this channel's weight, r10: the next one's, r11: the least share
    #: lsl r3, r3, 2; add r3, r3, r0; ldr r4, [r2, 0]; mov r8, r4; ldr r4, [r2, 4]; mov r9, r4;
    #: ldr r4, [r2, 8]; mov r10, r4; ldr r4, [r2, 12]; mov r11, r4
    data(2, 0x009B, 0x181B, 0x6814, 0x46A0, 0x6854, 0x46A1, 0x6894, 0x46A2, 0x68D4, 0x46A3)
    label(CHANNEL)
    # r12: the signal, as fine as the noise. What it has more than the noise counts by its weight,
    # in two parts, so that every number fits 32 bits. r5: the noise.
    #: ldr r4, [r0, 0]; ldr r5, [r1, 0]; mov r6, r4; mov r7, r8; lsl r6, r7; mov r12, r6;
    #: sub r6, r6, r5; asr r7, r6, 14; lsl r6, r6, 18; lsr r6, r6, 18; mov r2, r9; mul r7, r2;
    #: mul r6, r2; lsr r6, r6, 14; add r5, r5, r7; add r5, r5, r6; stm r1!, {r5}; mov r9, r10;
    #: mov r10, r2
    data(2, 0x6804, 0x680D, 0x4626, 0x4647, 0x40BE, 0x46B4, 0x1B76, 0x13B7, 0x04B6, 0x0CB6)
    data(2, 0x464A, 0x4357, 0x4356, 0x0BB6, 0x19ED, 0x19AD, 0xC120, 0x46D1, 0x4692)
    # r6: what is left at least, r4: the signal less the noise
    #: mov r2, r11; lsr r6, r4, 14; mul r6, r2; lsl r7, r4, 18; lsr r7, r7, 18; mul r7, r2;
    #: lsr r7, r7, 14; add r6, r6, r7; mov r4, r12; mov r7, r8; sub r4, r4, r5; bpl 1; mov r4, 0;
    #: asr r4, r7; cmp r4, r6; bcs 1; mov r4, r6; stm r0!, {r4}; cmp r0, r3
    data(2, 0x465A, 0x0BA6, 0x4356, 0x04A7, 0x0CBF, 0x4357, 0x0BBF, 0x19F6, 0x4664, 0x4647)
    data(2, 0x1B64, 0xD500, 0x2400, 0x413C, 0x42B4, 0xD200, 0x4634, 0xC010, 0x4298)
    bne(CHANNEL)
    pop({r4, r5, r6, r7})
    mov(r8, r4)
    mov(r9, r5)
    mov(r10, r6)
    mov(r11, r7)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def reduce_noise(
    subtract=subtract_noise,
    signal=SIGNAL,
    noise=NOISE,
    shares=array("i", SMOOTHING),
    channels=len(SIGNAL),
):
    """Estimate NOISE anew, and subtract it from SIGNAL."""
    subtract(signal, noise, shares, channels)
