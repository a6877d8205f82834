"""The BBC micro:bit v1 as a target: its real firmware on an nRF51 that QEMU emulates.

The board has 16 KB of RAM and MicroPython 1.9.2 without json, so selftest.py and bench.py of
firmware/ do not fit. This module makes the same lines, with snippets of a few characters.

Every instruction takes 64 ns of the emulated board's time. A timer of the chip counts at 16 MHz
during `predict`; the count for the same code without `predict` is subtracted. Interrupts are off
from the import on: those of the display would add about one instruction in two hundred, and what
they leave on the stack may keep a block of the heap alive. Therefore `instructions` is exactly
what the call of predict executes, and the same in every run; `us` is that number times 0.064.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from thumbnet.export import files_in_hex, microbit_hex
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..transport.qemu import NS_PER_INSTRUCTION, Qemu, require_qemu
from ..transport.raw_repl import BURST
from ..transport.row_snippets import COLLECT, send_row
from ..transport.serial_board import BoardGone, DeviceError
from .target import Row, Target

# TIMER2 of the nRF51: its first register T is the task START, K is CAPTURE[0]. MODE, BITMODE and
# PRESCALER make it count at 16 MHz in 32 bits.
SET_UP = (
    "T=0x4000A000;K=T+0x40",
    "C=__import__('machine').mem32;p=M.predict",
    "C[T+0x504]=0;C[T+0x508]=3;C[T+0x510]=0",
)
TIMED = "C[T]=1;{0};C[K]=1"
READ = "print(C[K+0x500]);C[T+4]=C[T+12]=1"  # CC[0]; STOP and CLEAR for the next time
# "Clear enable" of the interrupt controller: all but the serial port, which is silent meanwhile.
QUIET = "__import__('machine').mem32[0xE000E180]=0xfffffffb"
ENABLED = "__import__('machine').mem32[0xE000E100]"
TICKS = 16_000_000  # a second
NANOSECONDS = 1_000_000_000


class MicrobitTarget(Target):
    """A BBC micro:bit v1 in QEMU.

    Raises
    ------
    ThumbnetError
        If QEMU is not installed.

    """

    name = "microbit"
    suffixes = (".py", ".hex")
    sandboxes = True

    def __init__(self) -> None:
        require_qemu()
        self._board: Qemu | None = None
        self._interrupts = self._empty = 0

    def _put(self, files: Mapping[str, bytes]) -> None:
        """Boot the given .hex, or one made from the files.

        Raises
        ------
        ThumbnetError
            If the files do not fit, or the .hex does not boot.

        """
        images = [name for name in files if name.lower().endswith(".hex")]
        if images and len(files) > 1:
            raise ThumbnetError(
                f"a micro:bit boots one .hex that holds everything, and these are "
                f"{', '.join(files)}: export with --board microbit"
            )
        image = files[images[0]] if images else microbit_hex(files).encode("ascii")
        if images:
            files_in_hex(image.decode("ascii", "replace"), images[0])
        self.close()
        self._board = Qemu(image, images[0] if images else "the .hex", self.sandboxed)
        self._interrupts = int(self._board.execute(f"print({ENABLED})"))

    def run(self, script: str, module: str, rows: Iterable[Row]) -> Iterator[JsonObject]:
        """Do what selftest.py or bench.py does, and yield the same lines."""
        count, rows = 0, list(rows)
        if script == "bench":
            self._rehearse(module, rows[:1])
        begin = self._begin(module, script)
        yield self.check_begin(begin, module)
        functions = self._functions()
        if script == "bench":
            self._prepare()
        elif "probabilities" in functions:
            with contextlib.suppress(DeviceError):  # the first call may load their code
                self._ask("M.probabilities(X)")
        for row in rows:
            count += 1
            try:
                send_row(self._ask, row)
                yield self._bench() if script == "bench" else self._selftest(functions)
            except DeviceError as error:
                yield _failure(error)
        yield {"end": count}

    def execute(self, code: str) -> str:
        """Run code on the board and return what it printed.

        Raises
        ------
        ThumbnetError
            If the code raised an exception there, or the board does not answer.

        """
        try:
            out = self.board.execute(code)
            self.board.execute("__import__('gc').collect()")
            return out
        except DeviceError as error:
            raise ThumbnetError(f"{self.name}: {self.explain(_failure(error))}") from None

    @property
    def board(self) -> Qemu:
        """The running emulator."""
        if self._board is None:
            raise ThumbnetError("the micro:bit has no .hex to boot: put one there")
        self._board.repl.patience = self.patience
        return self._board

    def close(self) -> None:
        """End QEMU."""
        if self._board is not None:
            self._board.close()
            self._board = None

    def _ask(self, code: str | bytes) -> str:
        """Run code, then collect: the compiler does not, and needs half a KB in one piece."""
        code = code.encode() if isinstance(code, str) else code
        code += b"\n" + COLLECT
        if len(code) > BURST:  # the module has a long name
            return self.board.execute(code.decode())
        try:
            return self.board.execute(code)
        except DeviceError as error:
            with contextlib.suppress(DeviceError):
                self.board.execute(COLLECT)
            if not error.message.startswith("parser could not"):
                raise
        return self.board.execute(code)  # nothing was run the first time

    def _rehearse(self, module: str, rows: list[Row]) -> None:
        """Measure once and discard the result.

        Input that arrived during the boot stays on the heap as garbage and changes the figures by
        a few per mille; it is gone after this and a reset.
        """
        if "error" in self._begin(module, "bench"):
            return
        self._prepare()
        for row in rows:
            with contextlib.suppress(DeviceError):
                send_row(self._ask, row)
                self._bench()

    def _begin(self, module: str, script: str) -> JsonObject:
        self.board.fresh()
        self.board.execute(QUIET if script == "bench" else f"{ENABLED}={self._interrupts}")
        # The heap at the import holds only what the module needs: no further names.
        self.board.execute("import gc;c=gc.collect")
        facts: JsonObject = {"begin": module, "python": "micropython"}
        facts["platform"] = self._ask("print(__import__('sys').platform)").strip()
        version = _value(self._ask("print(__import__('sys').implementation[1])"))
        facts["version"] = ".".join(map(str, version[:3]))
        facts["clock"] = f"{NS_PER_INSTRUCTION} ns an instruction"
        before = self._free()
        try:
            # Not `_ask`, which runs code again if the parser failed: here it may be in the module.
            self.board.execute(f"M=__import__({module!r})")
        except DeviceError as error:
            return {**_failure(error), "heap_before": before}
        except BoardGone as error:
            raise BoardGone(
                f"{error} while it imported {module}: if the power failed while the .hex was "
                "written, flash it again"
            ) from None
        facts["heap_free"] = self._free()
        self._ask("X=i=v=m=s=0")  # names that rows need: a new name may take heap
        if script == "bench":
            facts["heap_bytes_import"] = before - facts["heap_free"]
        return facts

    def _free(self) -> int:
        return int(self._ask("c();print(gc.mem_free())"))

    def _functions(self) -> list[str]:
        there = _value(self._ask("print(dir(M))"))
        return [name for name in ("scores", "probabilities") if name in there]

    def _selftest(self, functions: list[str]) -> JsonObject:
        line = {"predict": _value(self._ask("print(M.predict(X))"))}
        for name in functions:
            line[name] = _value(self._ask(f"print(list(M.{name}(X)))"))
        return line

    def _prepare(self) -> None:
        for code in (*SET_UP, READ):
            self._ask(code)
        self._empty = self._instructions("pass")

    def _bench(self) -> JsonObject:
        self._ask("p(X)")
        heap = self._heap_of_one()
        instructions = self._instructions("p(X)") - self._empty
        us = instructions * NS_PER_INSTRUCTION / 1000
        return {"heap": heap, "us": us, "instructions": instructions}

    def _heap_of_one(self) -> int | None:
        """Return the bytes that one predict() allocates; None if they do not fit."""
        self.board.execute("gc.disable()")
        try:
            self.board.execute("m=gc.mem_alloc();p(X);m=gc.mem_alloc()-m")
        except DeviceError as error:
            self._ask("gc.enable()")
            if error.kind != "MemoryError":
                raise
            return None
        self._ask("gc.enable()")
        return int(self._ask("print(m)"))

    def _instructions(self, code: str) -> int:
        """Return the instructions between START and CAPTURE: whole ticks determine their number."""
        try:
            self._ask(TIMED.format(code))
        except DeviceError:
            self._ask(READ)
            raise
        ticks = int(self._ask(READ))
        return -(-ticks * NANOSECONDS // (TICKS * NS_PER_INSTRUCTION))


def _failure(error: DeviceError) -> JsonObject:
    return {"error": error.kind, "message": error.message}


def _value(text: str) -> Any:
    """Return the value that the board printed last; a bytearray, such as an image, as a list."""
    lines = text.split("\r\n")
    last = lines[-2] if len(lines) > 1 else text
    with contextlib.suppress(ValueError, SyntaxError):
        if last.startswith("bytearray("):
            return list(ast.literal_eval(last[len("bytearray(") : -1]))
        return ast.literal_eval(re.sub(r"\b(nan|inf)\b", "None", last))
    raise ThumbnetError(f"microbit printed {text[:60]!r} where a number was expected")


def boot(files: Mapping[str, bytes]) -> MicrobitTarget:
    """Return a board that has booted with the files, for experiments with `execute`."""
    target = MicrobitTarget()
    target.put(files)
    return target
