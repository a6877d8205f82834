"""What each mel filter adds up, as an exponent and a mantissa, in Thumb-1 assembly.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions,
with words of the frame by name.
"""

from array import array

import micropython
from fragments.normalize import normalize
from fragments.side_widths import side_widths

# Literals of an example front end; the exporter puts the network's own in their place.
REAL = array("i", [0] * 4)
IMAGINARY = array("i", [0] * 4)
SIGNAL = array("i", [0] * 2)
# The first frequency; how many are on each side of a filter. For each frequency its weight in the
# filter that falls there, and in the one that rises.
MEL_BEGIN = 1
MEL_WIDTHS = b"\x01\x01\x01"
MEL_WEIGHTS = array("h", [2048, 2048, 2048, 2048, 2048, 2048])
# 1 for magnitudes, 2 for energies. What is added to each sum, in the finest unit, and its bits.
MEL_POWER = 2
MEL_FLOOR = (1, 4)


# r0: MEL_WIDTHS, r1: SIGNAL, r2: channels.
@micropython.asm_thumb
def mel_sides(r0, r1, r2):
    side_widths()


# r0: REAL, r1: IMAGINARY, r2: MEL_WEIGHTS, r3: SIGNAL, with the widths of sides. There are only
# four arguments, so frequency 0, which no filter reads, has numbers: IMAGINARY the floor, REAL the
# first frequency, from bit 9 on the channels, from bit 17 on MEL_POWER, from bit 19 on `up`, and
# from bit 23 on 64 more than the finest unit.
@micropython.asm_thumb
def mel_sums(r0, r1, r2, r3):
    mov(r4, r8)
    mov(r5, r9)
    mov(r6, r10)
    mov(r7, r11)
    push({r4, r5, r6, r7})
    # frame: CHANNEL 0, FIRST 4, LAST 8, UNIT 12, OWN 16, FINEST 20, UP 24, POWER 28, LEAST 32,
    # HIGH 36, LOW 40, FRAME 44
    # CHANNEL: the place of the one whose falling side is next; before the FIRST, none. HIGH, LOW:
    # the sum of its rising side, in units of 2**UNIT. OWN: the unit of this side.
    #: sub sp, FRAME; str r3, FIRST; sub r4, r3, 4; str r4, CHANNEL; ldr r4, [r0, 0];
    #: ldr r5, [r1, 0]; str r5, LEAST; lsr r6, r4, 23; sub r6, 64; str r6, FINEST; lsl r6, r4, 9;
    #: lsr r6, r6, 28; str r6, UP; lsl r6, r4, 13; lsr r6, r6, 30; str r6, POWER; lsl r6, r4, 15;
    #: lsr r6, r6, 24; sub r6, 1; lsl r6, r6, 2; add r6, r6, r3; str r6, LAST; lsl r4, r4, 23;
    #: lsr r4, r4, 21; add r0, r0, r4; add r1, r1, r4; ldrb r5, [r3, 0]
    data(2, 0xB08B, 0x9301, 0x1F1C, 0x9400, 0x6804, 0x680D, 0x9508, 0x0DE6, 0x3E40)
    data(2, 0x9605, 0x0266, 0x0F36, 0x9606, 0x0366, 0x0FB6, 0x9607, 0x03E6, 0x0E36)
    data(2, 0x3E01, 0x00B6, 0x18F6, 0x9602, 0x05E4, 0x0D64, 0x1900, 0x1909, 0x781D)
    label(SIDE)
    # r5: how many are on the side, r12: the end; r3: ones wherever a number differs from its sign
    #: lsl r5, r5, 2; add r5, r5, r0; mov r12, r5; mov r3, 0; mov r4, r0; mov r5, r1
    data(2, 0x00AD, 0x182D, 0x46AC, 0x2300, 0x4604, 0x460D)
    b(PARTS)
    label(PART)
    #: ldm r4!, {r6}; asr r7, r6, 31; eor r6, r7; orr r3, r6; ldm r5!, {r6}; asr r7, r6, 31;
    #: eor r6, r7; orr r3, r6
    data(2, 0xCC40, 0x17F7, 0x407E, 0x4333, 0xCD40, 0x17F7, 0x407E, 0x4333)
    label(PARTS)
    data(2, 0x4564)  # cmp r4, r12
    bne(PART)
    data(2, 0x2400, 0x461D, 0x2D00)  # mov r4, 0; mov r5, r3; cmp r5, 0
    beq(EMPTY)
    normalize()
    label(EMPTY)
    # The largest part of this side has 14 bits. lr: how far parts go to the left, and from bit 8 on
    # then to the right.
    #: sub r4, 14; ldr r5, FINEST; cmp r4, r5; bge 1; mov r4, r5; str r4, OWN; mov r6, 17;
    #: sub r5, r6, r4; bpl 2; mov r6, r4; mov r5, 0; lsl r6, r6, 8; orr r5, r6; mov lr, r5
    data(2, 0x3C0E, 0x9D05, 0x42AC, 0xDA00, 0x462C, 0x9404, 0x2611)
    data(2, 0x1B35, 0xD501, 0x4626, 0x2500, 0x0236, 0x4335, 0x46AE)
    # Sums in two parts, the first in 2**15: falling in r9 and r8, rising in r11 and r10. They
    # stay within 32 bits: the weights of a filter add up to less than 2**17.
    #: mov r4, 0; mov r8, r4; mov r9, r4; mov r10, r4; mov r11, r4
    data(2, 0x2400, 0x46A0, 0x46A1, 0x46A2, 0x46A3)
    b(MORE)
    label(FREQUENCY)
    #: ldm r0!, {r3}; ldm r1!, {r4}; mov r5, lr; lsl r3, r5; lsl r4, r5; lsr r5, r5, 8; asr r3, r5;
    #: asr r4, r5; mul r3, r3; mul r4, r4; add r3, r3, r4; ldr r4, POWER; cmp r4, 2
    data(2, 0xC808, 0xC910, 0x4675, 0x40AB, 0x40AC, 0x0A2D, 0x412B)
    data(2, 0x412C, 0x435B, 0x4364, 0x191B, 0x9C07, 0x2C02)
    beq(SUM)
    # r3: energy, later what is left; r5: root
    data(2, 0x2500, 0x2601, 0x0736)  # mov r5, 0; mov r6, 1; lsl r6, r6, 28
    label(SMALLER)
    cmp(r3, r6)
    bcs(DIGIT)
    lsr(r6, r6, 2)
    bne(SMALLER)
    b(ROOT)
    label(DIGIT)
    #: add r7, r5, r6; lsr r5, r5, 1; cmp r3, r7; bcc 2; sub r3, r3, r7; add r5, r5, r6;
    #: lsr r6, r6, 2
    data(2, 0x19AF, 0x086D, 0x42BB, 0xD301, 0x1BDB, 0x19AD, 0x08B6)
    bne(DIGIT)
    label(ROOT)
    data(2, 0x42AB, 0xD900, 0x3501, 0x462B)  # cmp r3, r5; bls 1; add r5, 1; mov r3, r5
    label(SUM)
    #: lsr r6, r3, 15; lsl r7, r3, 17; lsr r7, r7, 17; ldm r2!, {r4}; uxth r5, r4; lsr r4, r4, 16;
    #: mov r3, r5; mul r3, r7; add r8, r3; mul r5, r6; add r9, r5; mul r7, r4; add r10, r7;
    #: mul r6, r4; add r11, r6
    data(2, 0x0BDE, 0x045F, 0x0C7F, 0xCA10, 0xB2A5, 0x0C24, 0x462B, 0x437B)
    data(2, 0x4498, 0x4375, 0x44A9, 0x4367, 0x44BA, 0x4366, 0x44B3)
    label(MORE)
    data(2, 0x4560)  # cmp r0, r12
    bne(FREQUENCY)
    data(2, 0x9C00, 0x9D01, 0x42AC)  # ldr r4, CHANNEL; ldr r5, FIRST; cmp r4, r5
    bcs(FALLING)
    b(NEXT)
    label(FALLING)
    # r5, r4: the falling side, r7, r6: the rising one, r1: the larger unit. What has the smaller
    # unit comes to r7, r6, and is shifted to the larger one; by 32 or more leaves nothing.
    #: mov r12, r2; mov r6, r8; mov r8, r1; mov r4, r9; lsr r5, r4, 17; lsl r4, r4, 15;
    #: add r4, r4, r6; mov r6, 0; adc r5, r6; ldr r6, LOW; ldr r7, HIGH; ldr r1, OWN; ldr r2, UNIT;
    #: sub r3, r1, r2; bpl 8; neg r3, r3; mov r1, r2; mov r2, r4; mov r4, r6; mov r6, r2;
    #: mov r2, r5; mov r5, r7; mov r7, r2; ldr r2, POWER; mul r3, r2; cmp r3, 45; bls 1; mov r3, 45;
    #: mov r9, r1; lsr r6, r3; mov r2, 32; sub r2, r2, r3; mov r1, r7; lsl r1, r2; orr r6, r1;
    #: neg r2, r2; mov r1, r7; lsr r1, r2; orr r6, r1; lsr r7, r3; add r4, r4, r6; adc r5, r7
    data(2, 0x4694, 0x4646, 0x4688, 0x464C, 0x0C65, 0x03E4, 0x19A4, 0x2600, 0x4175, 0x9E0A, 0x9F09)
    data(2, 0x9904, 0x9A03, 0x1A8B, 0xD507, 0x425B, 0x4611, 0x4622, 0x4634, 0x4616, 0x462A, 0x463D)
    data(2, 0x4617, 0x9A07, 0x4353, 0x2B2D, 0xD900, 0x232D, 0x4689, 0x40DE, 0x2220, 0x1AD2, 0x4639)
    data(2, 0x4091, 0x430E, 0x4252, 0x4639, 0x40D1, 0x430E, 0x40DF, 0x19A4, 0x417D)
    # and the floor
    #: mov r1, r9; ldr r2, FINEST; sub r2, r1, r2; ldr r3, POWER; mul r2, r3; ldr r6, LEAST;
    #: lsr r6, r2; mov r7, 0; add r4, r4, r6; adc r5, r7
    data(2, 0x4649, 0x9A05, 0x1A8A, 0x9B07, 0x435A, 0x9E08, 0x40D6, 0x2700, 0x19A4, 0x417D)
    # r1: the exponent. The leading 1 stands for itself; 16 bits follow it.
    #: ldr r2, UP; sub r1, r1, r2; mul r1, r3; mov r7, r4; cmp r5, 0; bne 6; mov r5, r4; mov r7, 0;
    #: sub r1, 32; cmp r5, 0; bne 1; mov r5, 1
    data(2, 0x9A06, 0x1A89, 0x4359, 0x4627, 0x2D00, 0xD105)
    data(2, 0x4625, 0x2700, 0x3920, 0x2D00, 0xD100, 0x2501)
    normalize()
    #: lsr r7, r4; orr r5, r7; add r1, r1, r4; add r1, 31; lsl r5, r5, 1; lsr r5, r5, 16;
    #: lsl r1, r1, 16; add r1, r1, r5; ldr r4, CHANNEL; str r1, [r4, 0]; mov r1, r8; mov r2, r12
    data(2, 0x40E7, 0x433D, 0x1909, 0x311F, 0x006D, 0x0C2D)
    data(2, 0x0409, 0x1949, 0x9C00, 0x6021, 0x4641, 0x4662)
    label(NEXT)
    #: mov r6, r11; lsr r7, r6, 17; lsl r6, r6, 15; mov r5, r10; add r6, r6, r5; mov r5, 0;
    #: adc r7, r5; str r6, LOW; str r7, HIGH; ldr r5, OWN; str r5, UNIT; ldr r6, LAST; cmp r4, r6
    data(2, 0x465E, 0x0C77, 0x03F6, 0x4655, 0x1976, 0x2500, 0x416F)
    data(2, 0x960A, 0x9709, 0x9D04, 0x9503, 0x9E02, 0x42B4)
    beq(END)
    #: add r4, 4; str r4, CHANNEL; ldr r5, [r4, 0]; lsr r5, r5, 8
    data(2, 0x3404, 0x9400, 0x6825, 0x0A2D)
    b(SIDE)
    label(END)
    data(2, 0xB00B)  # add sp, FRAME
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
    sums=mel_sums,
    re=REAL,
    im=IMAGINARY,
    signal=SIGNAL,
    widths=MEL_WIDTHS,
    weights=MEL_WEIGHTS,
    channels=len(SIGNAL),
    first=MEL_BEGIN + (len(SIGNAL) << 9) + (MEL_POWER << 17) + ((64 - MEL_FLOOR[1]) << 23),
    floor=MEL_FLOOR[0],
):
    """Write the sum of each filter to SIGNAL; `up` as `load_frame` returned it."""
    sides(widths, signal, channels)
    re[0] = first + (up << 19) + (up << 23)
    im[0] = floor
    sums(re, im, weights, signal)
