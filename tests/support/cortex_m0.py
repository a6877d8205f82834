"""MicroPython on a Cortex-M0 that QEMU emulates, with the emitters and the heap of a Pico.

`make cortex-m0` builds the firmware. QEMU counts instructions, exactly and at once; files are in a
ROMFS in the chip's flash.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mpremote.romfs import VfsRomWriter

from thumbnet.tools.transport import child_process as child
from thumbnet.tools.transport.qemu import NS_PER_INSTRUCTION, SHIFT, find_qemu
from thumbnet.tools.transport.raw_repl import RawRepl

from .require import require

FIRMWARE = Path(__file__).resolve().parents[2] / ".build/cortex_m0/firmware.elf"
FLASH, RAM, FILES = 2 << 20, 256 << 10, 512 << 10
"""Bytes of the chip's memories, and where the files are in flash."""

ROOM = 8192
"""Characters of code that are sent at once."""

TIMER = 0x4000A000
"""TIMER2 of the nRF51, as in `tools/targets/microbit.py`."""

CYCLES = {"plain": 1.63, "viper": 1.48, "thumb": 1.40}
"""Cycles of a Cortex-M0+ for an instruction, by tier, without wait states of flash.

From QEMU's log of all instructions of two of microWakeWord's networks (and of a loop, for plain)
and the cycles in Arm's manual: two for a load, a store or a branch that is taken, 1 + n for n
registers."""

CYCLES_OF_SOUND = 1.20
"""The same for a push of sound in tier thumb, without the network."""


class CortexM0:
    """A board with some files."""

    def __init__(self, files: Mapping[str, bytes], folder: Path) -> None:
        writer = VfsRomWriter()
        for name, data in files.items():
            writer.mkfile(name, data)
        image = writer.finalise()
        (folder / "files.img").write_bytes(image)
        machine = f"-M microbit -global nrf51-soc.flash-size={FLASH}"
        machine += f" -global nrf51-soc.sram-size={RAM} -icount shift={SHIFT} -semihosting"
        loaded = f"loader,file={folder / 'files.img'},addr={FILES},force-raw=on"
        command = [str(find_qemu()), *machine.split(), "-device", loaded, "-kernel", str(FIRMWARE)]
        command += ["-nographic", "-monitor", "null", "-serial", "stdio"]
        self._process = child.start(command, bufsize=0, **child.PIPES)
        # QEMU hands over a character only when the port has room for it: none is lost.
        self._repl = RawRepl("the Cortex-M0", self._process, room=ROOM)
        self._repl.enter(60)
        self.execute("import gc,machine,sys,uctypes,vfs")
        self.execute(
            f"r=uctypes.bytearray_at({FILES},{len(image)});vfs.mount(vfs.VfsRom(r),'/rom')"
        )
        self.execute(f"sys.path.append('/rom');T={TIMER};K=T+64;C=machine.mem32")
        self._empty = 0
        self.execute("C[T+0x504]=0;C[T+0x508]=3;C[T+0x510]=0")

    def close(self) -> None:
        """End QEMU."""
        child.stop(self._process)

    def execute(self, code: str) -> str:
        """Run code and return what it printed."""
        return self._repl.execute(code)

    def send(self, levels: bytes) -> None:
        """Make `x` these levels."""
        self.execute(f"x=0\nx=bytearray({len(levels)})")
        for at in range(0, len(levels), 512):
            self.execute(f"x[{at}:{at + 512}]={levels[at : at + 512]!r}")

    def instructions(self, code: str) -> int:
        """Return the instructions that code executes."""
        if not self._empty:
            self._empty = self._timed("pass")
        return self._timed(code) - self._empty

    def _timed(self, code: str) -> int:
        self.execute("gc.collect()")
        self.execute(f"C[T]=1;{code};C[K]=1")
        ticks = int(self.execute("print(C[K+0x500]);C[T+4]=C[T+12]=1"))
        return -(-ticks * 1000 // (16 * NS_PER_INSTRUCTION))


@contextmanager
def cortex_m0(program: Any) -> Iterator[CortexM0]:
    """A board that has imported the module of a program as `m`; skips if there is no firmware."""
    with tempfile.TemporaryDirectory() as name:
        program.write(name, vectors=None)
        written = {path.name: path.read_bytes() for path in Path(name).iterdir()}
    files = {name: data for name, data in written.items() if not name.endswith(".json")}
    with cortex_m0_of(files, program.graph.name) as board:
        yield board


@contextmanager
def cortex_m0_of(files: Mapping[str, bytes], module: str) -> Iterator[CortexM0]:
    """A board that has imported a module of these files as `m`; skips if there is no firmware."""
    if find_qemu() is None or not FIRMWARE.is_file():
        require("cortex_m0", "there is no MicroPython for a Cortex-M0: run `make cortex-m0`")
    with tempfile.TemporaryDirectory() as name:
        board = None
        try:
            board = CortexM0(files, Path(name))
            board.execute(f"import {module} as m")
            yield board
        finally:
            if board is not None:
                board.close()
