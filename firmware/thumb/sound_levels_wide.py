"""From features that may be negative to the levels of a network of 8-bit integers, in assembly.

`data` emits instructions that the assembler does not know, and packs those that need no label: on a
board each line of source takes heap. The comment beside it, or `#:` above it, has the instructions.
"""

from array import array

import micropython
from fragments.moved_down import moved_down

# Literals of an example network; the exporter puts the network's own in their place.
FEATURES = array("i", [0] * 2)
VALUES = bytearray(6)
# (feature * factor + offset) >> shift
LEVEL_SCALE = (1, 0, 0)

_NEWEST = memoryview(VALUES)[-len(FEATURES) :]


# r0: VALUES, r1: how far they move, r2: how many stay.
@micropython.asm_thumb
def move_values(r0, r1, r2):
    moved_down()


# r0: FEATURES, r1: VALUES of the first one, r2: LEVEL_SCALE as an array, r3: how many.
@micropython.asm_thumb
def scale_levels(r0, r1, r2, r3):
    # r3: the end
    data(2, 0x009B, 0x181B)  # lsl r3, r3, 2; add r3, r3, r0
    label(FEATURE)
    #: ldm r0!, {r4}; ldr r5, [r2, 0]; mul r4, r5; ldr r5, [r2, 4]; add r4, r4, r5; ldr r5, [r2, 8];
    #: asr r4, r5; bpl 1; mov r4, 0; cmp r4, 255; bls 1; mov r4, 255; strb r4, [r1, 0]; add r1, 1;
    #: cmp r0, r3
    data(2, 0xC810, 0x6815, 0x436C, 0x6855, 0x1964, 0x6895, 0x412C, 0xD500)
    data(2, 0x2400, 0x2CFF, 0xD900, 0x24FF, 0x700C, 0x3101, 0x4298)
    bne(FEATURE)


# Defaults are made once. A name of the module is looked up at each use, and a builtin like `len`
# only after all of these names: that takes longer than most of the assembly.
def add_features(
    move=move_values,
    scale=scale_levels,
    features=FEATURES,
    values=VALUES,
    newest=_NEWEST,
    numbers=array("i", LEVEL_SCALE),
    count=len(FEATURES),
    stay=len(VALUES) - len(FEATURES),
):
    """Move the VALUES by one frame, and write those of FEATURES behind them."""
    move(values, count, stay)
    scale(features, newest, numbers, count)
