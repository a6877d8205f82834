"""A kernel of tier thumb on a Cortex-M0: the emulated micro:bit, called from MicroPython.

A timer of the chip counts from just before the call to just behind it, while nothing interrupts;
what the same code takes without the call is subtracted, and nothing else: the call from Python
counts. The kernel is the machine code of `firmware/thumb`. Weights would not fit the heap of 9 KB
beside it; so they are bytes of the board's own firmware, and the kernel gets their address. QEMU
counts an instruction as one wherever its data lie.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from thumbnet.export.microbit.hexfile import microbit_hex
from thumbnet.export.microbit.shrink import shrink

from ..pictures import Array
from ..targets import firmware_text
from ..targets.microbit import MicrobitTarget, boot
from ..targets.qemu import NS_PER_INSTRUCTION
from ..targets.snippets import send_row
from .device import ask
from .kernels import Layer

WEIGHTS_AT = 0x1000
TICKS_PER_SECOND = 16_000_000
SHOWN = 64  # outputs that the board prints at once

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


class Board:
    """The board with a kernel: see `counter`."""

    def __init__(self, target: MicrobitTarget, kernel: str, weights: bytes) -> None:
        self.weights = weights
        """What stands where the kernel reads its weights, if a layer brings none."""
        self._target, self._kernel = target, kernel
        for code in (
            "import gc;c=gc.collect",
            "from array import array as a",
            f"from {kernel} import {kernel} as f",
            "from timed import call, none",
            "from idle import idle",
            f"w={WEIGHTS_AT}",
            "X=y=p=0",
        ):
            ask(target, code)

    def load(self, layer: Layer) -> None:
        """Give the board a layer."""
        self._layer = layer
        ask(self._target, f"X=y=p=0;w={WEIGHTS_AT}")
        if layer.packed:
            self._send(list(layer.packed))
            ask(self._target, "w=X")
        ask(self._target, f"p=a('i',[0]*{len(layer.parameters)})")
        for k, value in enumerate(layer.parameters):
            ask(self._target, f"p[{k}]={value}")
        new = "a('i',[0]*{})" if layer.wide else "bytearray({})"
        ask(self._target, f"y={new.format(layer.entries)}")

    def instructions(self, x: Array) -> int:
        """What a call of the kernel takes, its answer compared first."""
        self._send(x.tolist() + [0] * self._layer.scratch)
        taken = self._count("f")
        said: list[int] = []
        for start in range(0, self._layer.entries, SHOWN):
            part = ask(self._target, f"print(list(y[{start}:{start + SHOWN}]))")
            said += ast.literal_eval(part.strip())
        self._layer.check(f"kernel thumb/{self._kernel}", x, said)
        return taken

    def idle(self) -> int:
        """What a call of a kernel takes that does nothing."""
        return self._count("idle")

    def _send(self, values: list[int]) -> None:
        send_row(lambda code: ask(self._target, code), values)
        ask(self._target, "X=bytearray(X)")

    def _count(self, kernel: str) -> int:
        whole, empty = (
            int(ask(self._target, f"print({function}({kernel},X,w,y,p))"))
            for function in ("call", "none")
        )
        return instructions(whole) - instructions(empty)


@contextmanager
def counter(kernel: str, weights: int, change: Callable[[bytes], bytes] = bytes) -> Iterator[Board]:
    """A board that has booted with a kernel of `firmware/thumb`.

    Args:
        weights: how many bytes of weights a layer has at most.
        change: done to the weights that are expected, for a test that sees the check at work.

    Raises:
        ThumbnetError: no QEMU, or a board that does not answer.
    """
    text = shrink(firmware_text(f"thumb/{kernel}"), {}, {kernel})
    files = {f"{kernel}.py": text.encode(), "timed.py": TIMED.encode(), "idle.py": IDLE.encode()}
    packed = change(flash_bytes(microbit_hex(files), WEIGHTS_AT, weights))
    with boot(files) as target:
        yield Board(target, kernel, packed)


def unpacked_depthwise(packed: bytes, channels: int, taps: int) -> Array:
    """Weights (channels, taps) from the order in which depthwise kernels read them."""
    data = np.frombuffer(packed, np.uint8)[: taps * channels].astype(np.int64)
    return np.ascontiguousarray(data.reshape(taps, channels).T - 128)


def unpacked(packed: bytes, outputs: int, inputs: int, bits: int = 8) -> Array:
    """Weights (outputs, inputs) from the order in which the kernels of tier thumb read them.

    Args:
        packed: blocks of 8 outputs, of 8 bits the last of 4 where 4 are left; see `export/pack.py`.
        inputs: a multiple of 4.
    """
    found = np.zeros((outputs, inputs), np.int64)
    data = np.frombuffer(packed, np.uint8).astype(np.int64)
    if bits == 4:
        data = np.stack([data & 15, data >> 4], axis=1).ravel()
    at = 0
    for first in range(0, outputs, 8):
        width = 4 if bits == 8 and outputs - first <= 4 else 8
        block = data[at : at + width * inputs].reshape(inputs, width).T
        found[first : first + width] = block[: outputs - first] - (8 if bits == 4 else 128)
        at += width * inputs
    return found


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
