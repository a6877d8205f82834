"""Instruction counts of thumb kernels on a Cortex-M0: the emulated micro:bit, from MicroPython.

A timer of the chip counts during the call, with interrupts off. The count for the same code
without the call is subtracted, and nothing else: the call from Python is included. The kernel is
the machine code of `firmware/thumb`. Its weights would not fit beside it into the heap of 9 KB;
therefore bytes of the board's own firmware serve as weights, and the kernel gets their address.
QEMU counts an instruction as one wherever its data are.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from thumbnet.export import StandaloneCall, compact_source, microbit_hex

from ...targets import firmware_text
from ...targets.microbit import MicrobitTarget, boot
from ...transport.qemu import NS_PER_INSTRUCTION
from ...transport.row_snippets import send_row
from ..scripts import ask
from .cases import Array, check_outputs

WEIGHTS_AT = 0x1000
TICKS_PER_SECOND = 16_000_000
SHOWN = 64
"""Outputs that the board prints at once."""

# TIMER2 of the nRF51: START is its first register, then STOP, CLEAR at 12, CAPTURE[0] at 0x40,
# CC[0] at 0x540. MODE, BITMODE and PRESCALER make it count at 16 MHz in 32 bits. The first line
# masks all interrupts but that of the serial port, which is silent meanwhile.
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
# A kernel without code shows what a call from Python costs.
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
        """The bytes of the firmware where the kernel reads its weights."""
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

    def load(self, call: StandaloneCall, weights: bytes = b"", layer: str = "") -> None:
        """Load a kernel call.

        Parameters
        ----------
        call
            The call.
        weights
            All of `w`; the kernel reads bytes of the firmware if there are none.
        layer
            Name of the layer, for messages.

        """
        self._call = call
        self._name = f"kernel thumb/{self._kernel}{' of ' * bool(layer)}{layer}"
        ask(self._target, f"X=y=p=0;w={WEIGHTS_AT}")
        if weights:
            self._send(list(weights))
            ask(self._target, "w=X")
        ask(self._target, f"p=a('i',[0]*{len(call.parameters)})")
        for k, value in enumerate(call.parameters):
            ask(self._target, f"p[{k}]={value}")
        new = "a('i',[0]*{})" if call.wide else "bytearray({})"
        ask(self._target, f"y={new.format(call.outputs)}")

    def instructions(self, x: Array) -> int:
        """Return the instructions of a call of the kernel, after a check of its outputs."""
        self._send(x.tolist() + [0] * self._call.scratch)
        taken = self._count("f")
        outputs: list[int] = []
        for start in range(0, self._call.outputs, SHOWN):
            part = ask(self._target, f"print(list(y[{start}:{start + SHOWN}]))")
            outputs += ast.literal_eval(part.strip())
        check_outputs(self._name, self._call, x, outputs)
        return taken

    def idle(self) -> int:
        """Return the instructions of a call of a kernel without code."""
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
    """Yield a board that has booted with a kernel of `firmware/thumb`.

    Parameters
    ----------
    kernel
        Its name.
    weights
        The most bytes of weights that a layer has.
    change
        Changes the expected weights, for a test of the check.

    Raises
    ------
    ThumbnetError
        If QEMU is missing, or the board does not answer.

    """
    text = compact_source(firmware_text(f"thumb/{kernel}"), keep=kernel)
    files = {f"{kernel}.py": text.encode(), "timed.py": TIMED.encode(), "idle.py": IDLE.encode()}
    packed = change(flash_bytes(microbit_hex(files), WEIGHTS_AT, weights))
    with boot(files) as target:
        yield Board(target, kernel, packed)


def unpacked_depthwise(packed: bytes, channels: int, taps: int) -> Array:
    """Return weights (channels, taps) from the order in which depthwise kernels read them."""
    data = np.frombuffer(packed, np.uint8)[: taps * channels].astype(np.int64)
    return np.ascontiguousarray(data.reshape(taps, channels).T - 128)


def unpacked(packed: bytes, outputs: int, inputs: int, bits: int = 8) -> Array:
    """Return weights (outputs, inputs) from the order in which the kernels of tier thumb read them.

    Parameters
    ----------
    packed
        Blocks of 8 outputs; with 8 bits, the last block has 4 if at most 4 are left.
    outputs, inputs
        Shape of the weights; inputs are a multiple of 4.
    bits
        Width of a weight, 8 or 4.

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
    """Return the number of instructions that take a number of whole ticks of the timer."""
    return -(-ticks * 10**9 // (TICKS_PER_SECOND * NS_PER_INSTRUCTION))


def flash_bytes(image: str, start: int, size: int) -> bytes:
    """Return the bytes that an Intel HEX puts at an address of the flash."""
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
