"""The dense kernel of tier thumb on a Cortex-M0: the emulated micro:bit, called from MicroPython.

A timer of the chip counts from just before the call to just behind it, while nothing interrupts;
what the same code takes without the call is subtracted, and nothing else: the call from Python
counts. The kernel is the machine code of `firmware/thumb`. Its 12,544 weights do not fit the heap
of 9 KB; so they are bytes of the board's own firmware, and the kernel gets their address. QEMU
counts an instruction as one wherever its data lie.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

import numpy as np

from thumbnet.export.hexfile import microbit_hex
from thumbnet.export.pack import WIDTHS
from thumbnet.export.shrink import shrink

from ..pictures import Array
from ..targets import firmware_text
from ..targets.microbit import MicrobitTarget, boot
from ..targets.qemu import NS_PER_INSTRUCTION
from ..targets.snippets import send_row
from .device import ask
from .goals import Goal, Line
from .kernels import INPUTS, MACS, OUTPUTS, DenseLayer, without_zeros
from .networks import Networks

WEIGHTS_AT = 0x1000
DIGITS = 25
BLOCK, _ = WIDTHS  # outputs whose weights lie together
TICKS_PER_SECOND = 16_000_000

# TIMER2 of the nRF51: START is its first register, then STOP, CLEAR at 12, CAPTURE[0] at 0x40,
# CC[0] at 0x540; MODE, BITMODE and PRESCALER make it count at 16 MHz in 32 bits. The first line
# masks all interrupts but the serial port's, which is silent meanwhile.
TIMED = """
from machine import mem32

mem32[0xE000E180] = 0xFFFFFFFB
mem32[0x4000A504] = 0
mem32[0x4000A508] = 3
mem32[0x4000A510] = 0


def call(kernel, x, w, y, p):
    mem32[0x4000A004] = mem32[0x4000A00C] = 1
    mem32[0x4000A000] = 1
    kernel(x, w, y, p)
    mem32[0x4000A040] = 1
    return mem32[0x4000A540]


def none(kernel, x, w, y, p):
    mem32[0x4000A004] = mem32[0x4000A00C] = 1
    mem32[0x4000A000] = 1
    mem32[0x4000A040] = 1
    return mem32[0x4000A540]
"""
# A kernel that does nothing: what a call from Python costs.
IDLE = """
import micropython


@micropython.asm_thumb
def idle(r0, r1, r2, r3):
    mov(r0, 0)
"""


def cortex_m0(networks: Networks, say: Callable[[str], None], digits: int = DIGITS) -> list[Line]:
    """Instructions per multiply-accumulate, without zeros and with MNIST's."""
    pictures = networks.mnist[1].x[:digits]
    say(f"dense kernel on the emulated Cortex-M0, {1 + digits} inputs")
    (dense,), idle = count([without_zeros()])
    sparse, _ = count(list(pictures))
    what = "784x16 dense kernel, Cortex-M0 (thumb), instructions per multiply-accumulate"
    zeros = float(np.mean(pictures == 0))
    return [
        _line("m0_dense", f"{what}: no zeros", dense, idle, 3.8, "no input zero"),
        _line(
            "m0_mnist",
            f"{what}: MNIST's zeros",
            float(np.mean(sparse)),
            idle,
            1.6,
            f"mean of the first {digits} test digits, {zeros:.0%} zeros",
        ),
    ]


def count(rows: Sequence[Array], change: Callable[[bytes], bytes] = bytes) -> tuple[list[int], int]:
    """Return what the layer takes for each input, and what a call takes of a kernel without code.

    Args:
        change: done to the weights that are expected, for a test that sees the check at work.

    Raises:
        ThumbnetError: a wrong answer, no QEMU, or a board that does not answer.
    """
    kernel = shrink(firmware_text("thumb/fully_connected"), {}, {"fully_connected"})
    files = {"fully_connected.py": kernel.encode(), "timed.py": TIMED.encode()}
    files["idle.py"] = IDLE.encode()
    packed = change(flash_bytes(microbit_hex(files), WEIGHTS_AT, MACS))
    blocks = np.frombuffer(packed, np.uint8).astype(np.int64).reshape(-1, INPUTS, BLOCK)
    layer = DenseLayer(blocks.swapaxes(1, 2).reshape(OUTPUTS, INPUTS) - 128, wide=False)
    with boot(files) as target:
        board = Board(target, layer)
        return [board.instructions(x) for x in rows], board.idle()


class Board:
    """The board with the kernel and a layer's parameters."""

    def __init__(self, target: MicrobitTarget, layer: DenseLayer) -> None:
        self._target, self._layer = target, layer
        for code in (
            "import gc;c=gc.collect",
            "from array import array as a",
            "from fully_connected import fully_connected as f",
            "from timed import call, none",
            "from idle import idle",
            "X=0",
            f"y=bytearray({OUTPUTS})",
            f"p=a('i',[0]*{len(layer.parameters)})",
            *(f"p[{k}]={value}" for k, value in enumerate(layer.parameters)),
        ):
            ask(target, code)

    def instructions(self, x: Array) -> int:
        """What a call of the kernel takes, its answer compared first."""
        send_row(lambda code: ask(self._target, code), x.tolist())
        taken = self._count("f")
        said = ask(self._target, "print(list(y))").strip()
        self._layer.check("kernel thumb", x, ast.literal_eval(said))
        return taken

    def idle(self) -> int:
        """What a call of a kernel takes that does nothing."""
        return self._count("idle")

    def _count(self, kernel: str) -> int:
        whole, empty = (
            int(ask(self._target, f"print({function}({kernel},X,{WEIGHTS_AT},y,p))"))
            for function in ("call", "none")
        )
        return instructions(whole) - instructions(empty)


def instructions(ticks: int) -> int:
    """How many take so many whole ticks of the timer."""
    return -(-ticks * 10**9 // (TICKS_PER_SECOND * NS_PER_INSTRUCTION))


def flash_bytes(image: str, start: int, size: int) -> bytes:
    """What an Intel HEX puts at an address of the flash."""
    found = bytearray(size)
    base = 0
    for line in image.splitlines():
        record = bytes.fromhex(line[1:])
        address, kind, data = int.from_bytes(record[1:3], "big"), record[3], record[4:-1]
        if kind in (2, 4):
            base = int.from_bytes(data, "big") << (4 if kind == 2 else 16)
        elif kind == 0:
            for at, byte in enumerate(data, base + address - start):
                if 0 <= at < size:
                    found[at] = byte
    return bytes(found)


def _line(key: str, what: str, taken: float, idle: int, goal: float, inputs: str) -> Line:
    each = taken / MACS
    how = (
        f"{inputs}; one call, {taken:,.0f} instructions with the call from Python; without its "
        f"{idle:,} the kernel takes {(taken - idle) / MACS:.2f}; QEMU, -icount shift=6"
    )
    return Line(key, what, each, f"{each:.2f}", Goal("<", goal), how)
