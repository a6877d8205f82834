"""From features to the levels of a network of 8-bit integers, in Thumb-1 assembly.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it has the instructions.
"""

from array import array

import micropython
from fragments.moved_down import moved_down

# Literals of an example network; the exporter puts the network's own in their place.
SIGNAL = array("i", [0] * 2)
VALUES = bytearray(6)
# The level of each feature; the last stands for all higher ones.
SOUND_LEVELS = b"\x00\x80\xff"

_NEWEST = memoryview(VALUES)[-len(SIGNAL) :]


# r0: VALUES, r1: how far they move, r2: how many stay.
@micropython.asm_thumb
def move_values(r0, r1, r2):
    moved_down()


# r0: SIGNAL, r1: VALUES of the first channel, r2: SOUND_LEVELS, r3: channels, and 256 times the
# last of SOUND_LEVELS.
@micropython.asm_thumb
def look_up_levels(r0, r1, r2, r3):
    # r5: the end
    data(2, 0xB2DD, 0x186D, 0x0A1B)  # uxtb r5, r3; add r5, r5, r1; lsr r3, r3, 8
    label(CHANNEL)
    #: ldm r0!, {r4}; cmp r4, r3; bls 1; mov r4, r3; ldrb r4, [r2, r4]; strb r4, [r1, 0]; add r1, 1
    data(2, 0xC810, 0x429C, 0xD900, 0x461C, 0x5D14, 0x700C, 0x3101)
    cmp(r1, r5)
    bne(CHANNEL)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def add_features(
    move=move_values,
    look_up=look_up_levels,
    signal=SIGNAL,
    values=VALUES,
    newest=_NEWEST,
    levels=SOUND_LEVELS,
    channels=len(SIGNAL),
    stay=len(VALUES) - len(SIGNAL),
    sizes=len(SIGNAL) + 256 * (len(SOUND_LEVELS) - 1),
):
    """Move the VALUES by one frame, and write those of SIGNAL behind them."""
    move(values, channels, stay)
    look_up(signal, newest, levels, sizes)
