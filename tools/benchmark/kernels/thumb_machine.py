"""Runs the machine code of firmware functions on an emulated Cortex-M core, and counts.

`mpy-cross` assembles a file's `@micropython.asm_thumb` function; Unicorn executes it. Every byte
that the code may touch belongs to a `Buffer`; an access to any other byte is a `Fault`.

Cycles are those of the Cortex-M0+ with memory without wait states and the multiplier of one cycle
(Arm DDI 0484, "Instruction set summary"): 1 for everything but loads and stores (2), `ldm`, `stm`,
`push` and `pop` (1 and 1 for each register, 3 more for the pc), taken branches (2), `bl` (3).
"""

from __future__ import annotations

import ast
import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import unicorn as uc
from unicorn import arm_const as arm
from unicorn.unicorn_py3 import unicorn

from thumbnet.export import cross_compile

CODE, STACK, DATA, PAGE = 0x1000, 0x20000, 0x100000, 0x1000
RETURN = CODE + 0x8000
MOST_TIMES = 50_000_000
"""How often a block may be run by a call that returns."""

CPUS = {"armv6m": arm.UC_CPU_ARM_CORTEX_M0, "armv7em": arm.UC_CPU_ARM_CORTEX_M4}
KEPT = [getattr(arm, f"UC_ARM_REG_R{n}") for n in range(4, 12)]


class Fault(Exception):
    """The code did what it must not."""


@dataclass(eq=False)
class Buffer:
    """Memory that the code may read, and may write if `writable`; `data` is its content after.

    align: its address modulo `modulo`.
    """

    data: bytes
    writable: bool = False
    align: int = 0
    modulo: int = 4
    address: int = field(default=0, init=False)


@dataclass(frozen=True)
class Cost:
    """What a call took: instructions, and the cycles of a Cortex-M0+."""

    instructions: int
    cycles: int


def assemble(source: str, name: str, arch: str) -> bytes:
    """Return the machine code of the function `name` of a firmware file's text."""
    functions = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
    (function,) = functions
    text = f"import micropython\n{ast.unparse(function)}\n"
    return _only_child(cross_compile("function", text.encode(), arch))


def _only_child(mpy: bytes) -> bytes:
    """Return the machine code in a `.mpy` (version 6) of a module with one assembler function."""
    assert mpy[:2] == b"M\x06", "another version of .mpy"
    assert not mpy[2] & 0x40, "architecture flags are not read here"
    at = 4

    def uint() -> int:
        nonlocal at
        value = 0
        while True:
            byte = mpy[at]
            at += 1
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value

    names, objects = uint(), uint()
    assert objects == 0, "constants are not read here"
    for _ in range(names):
        length = uint()
        if not length & 1:  # else a name that every MicroPython has
            at += (length >> 1) + 1
    module = uint()
    kind, children, size = module & 3, module & 4, module >> 3
    assert (kind, children) == (0, 4), "expected bytecode with a function in it"
    at += size
    assert uint() == 1, "expected one function"
    kind, size = (child := uint()) & 3, child >> 3
    assert kind == 3, "expected an assembler function"
    return mpy[at : at + size]


class Machine:
    """A function's machine code, ready to be called.

    checks_memory: every access is checked, which takes most of the time.
    """

    def __init__(self, code: bytes, arch: str, checks_memory: bool = True) -> None:
        self.code = code
        self.arch = arch
        self.checks_memory = checks_memory

    def call(self, *arguments: Buffer | int) -> tuple[int, Cost]:
        """Call the function; return its result and its cost. Up to four arguments."""
        return _Run(self, arguments).go()


class _Run:
    def __init__(self, machine: Machine, arguments: tuple[Buffer | int, ...]) -> None:
        self.arch = machine.arch
        self.checks_memory = machine.checks_memory
        self.core = core = uc.Uc(uc.UC_ARCH_ARM, uc.UC_MODE_THUMB | uc.UC_MODE_MCLASS)
        core.ctl_set_cpu_model(CPUS[machine.arch])
        core.mem_map(CODE, 0x9000, uc.UC_PROT_READ | uc.UC_PROT_EXEC)
        core.mem_write(CODE, machine.code)
        self.end = CODE + len(machine.code)
        core.mem_map(STACK, PAGE)
        self.allowed: list[tuple[int, int, bool]] = [(STACK, STACK + PAGE, True)]
        self.buffers: list[Buffer] = []
        values = [self._place(a) if isinstance(a, Buffer) else a for a in arguments]
        for n, value in enumerate(values):
            core.reg_write(getattr(arm, f"UC_ARM_REG_R{n}"), value & 0xFFFFFFFF)
        self.blocks: dict[tuple[int, int], int] = {}
        self.taken = 0
        self.next = 0  # makes the first block a jump, which stands for the return at the end
        self.hooks: list[Any] = []
        self.fault: Fault | None = None

    def _place(self, buffer: Buffer) -> int:
        if buffer in self.buffers:
            return buffer.address
        at = max((b.address + len(b.data) for b in self.buffers), default=DATA)
        start = -(-at // PAGE) * PAGE + PAGE
        room = -(-(len(buffer.data) + buffer.modulo) // PAGE) * PAGE
        self.core.mem_map(start, room)
        # Its end at the end of a page, as far as `align` lets it.
        address = start + room - len(buffer.data)
        buffer.address = address - (address - buffer.align) % buffer.modulo
        self.core.mem_write(buffer.address, bytes(buffer.data))
        self.allowed.append((buffer.address, buffer.address + len(buffer.data), buffer.writable))
        self.buffers.append(buffer)
        return buffer.address

    def go(self) -> tuple[int, Cost]:
        core = self.core
        stack = STACK + PAGE - 64
        kept = [0x5A000000 + 0x010101 * n for n in range(len(KEPT))]
        for register, value in zip(KEPT, kept, strict=True):
            core.reg_write(register, value)
        core.reg_write(arm.UC_ARM_REG_SP, stack)
        core.reg_write(arm.UC_ARM_REG_LR, RETURN | 1)
        self._hook(uc.UC_HOOK_BLOCK, unicorn.HOOK_CODE_CFUNC, self._block)
        if self.checks_memory:
            self._watch()
        try:
            core.emu_start(CODE | 1, RETURN)
        except uc.UcError as error:
            pc = core.reg_read(arm.UC_ARM_REG_PC)
            raise self.fault or Fault(f"{error} at code + {pc - CODE:#x}") from None
        if self.fault:
            raise self.fault
        if core.reg_read(arm.UC_ARM_REG_PC) != RETURN:
            raise Fault("did not return")
        self._check_registers(kept, stack)
        for buffer in self.buffers:
            if buffer.writable:
                buffer.data = bytes(core.mem_read(buffer.address, len(buffer.data)))
        return core.reg_read(arm.UC_ARM_REG_R0), self._cost()

    def _watch(self) -> None:
        """Check accesses where they may be wrong: calls from the emulator take most of the time."""
        core, both = self.core, uc.UC_HOOK_MEM_READ | uc.UC_HOOK_MEM_WRITE
        core.hook_add(uc.UC_HOOK_MEM_READ, self._access, begin=0, end=CODE - 1)
        spans = sorted(self.allowed)
        starts = [start for start, _, _ in spans[1:]] + [1 << 32]
        for (start, end, writable), behind in zip(spans, starts, strict=True):
            # The last bytes are those from which an access may reach further.
            core.hook_add(both, self._access, begin=max(start, end - 3), end=behind - 1)
            if not writable and end > start:
                core.hook_add(uc.UC_HOOK_MEM_WRITE, self._access, begin=start, end=end - 1)
        if self.arch == "armv6m":
            self._hook(both, unicorn.HOOK_MEM_ACCESS_CFUNC, self._aligned, STACK)

    def _hook(self, kinds: int, form: Any, called: Callable[..., None], begin: int = 0) -> None:
        """Hook what happens often, without what the package does around each call."""
        function = ctypes.cast(form(called), form)
        self.hooks.append(function)  # the emulator keeps no reference
        ends = ctypes.c_uint64(begin), ctypes.c_uint64(0xFFFFFFFF)
        handle = ctypes.byref(ctypes.c_size_t())
        unicorn.uclib.uc_hook_add(self.core._uch, handle, kinds, function, None, *ends)

    def _aligned(self, _: int, kind: int, address: int, size: int, value: int, data: int) -> None:
        if address % size:
            self._stop(f"{size} bytes at an address that is no multiple of it")

    def _check_registers(self, kept: list[int], stack: int) -> None:
        for n, (register, value) in enumerate(zip(KEPT, kept, strict=True)):
            if self.core.reg_read(register) != value:
                raise Fault(f"r{n + 4} was not restored")
        if self.core.reg_read(arm.UC_ARM_REG_SP) != stack:
            raise Fault("sp was not restored")

    def _access(
        self, core: uc.Uc, kind: int, address: int, size: int, value: int, data: object
    ) -> None:
        writes = kind == uc.UC_MEM_WRITE
        for start, end, writable in self.allowed:
            if start <= address and address + size <= end and (writable or not writes):
                return
        near = min(self.allowed[1:], key=lambda a: min(abs(address - a[0]), abs(address - a[1])))
        self._stop(
            f"{'write' if writes else 'read'} of {size} bytes at {address - near[0]:+d} of a "
            f"buffer of {near[1] - near[0]}"
        )

    def _stop(self, reason: str) -> None:
        pc = self.core.reg_read(arm.UC_ARM_REG_PC)
        self.fault = self.fault or Fault(f"{reason}, code + {pc - CODE:#x}")
        self.core.emu_stop()

    def _block(self, _: int, address: int, size: int, data: int) -> None:
        if address != self.next:
            self.taken += 1
        self.next = address + size
        block = address, size
        self.blocks[block] = times = self.blocks.get(block, 0) + 1
        if times > MOST_TIMES:
            self.fault = self.fault or Fault("did not return")
            self.core.emu_stop()

    def _cost(self) -> Cost:
        instructions = 0
        cycles = self.taken  # one more each
        for (address, size), times in self.blocks.items():
            code = bytes(self.core.mem_read(address, size))
            at = 0
            while at < size:
                opcode = int.from_bytes(code[at : at + 2], "little")
                instructions += times
                cycles += times * _cycles(opcode)
                wide = opcode >> 11 >= 0x1D
                if wide and self.arch == "armv6m":
                    raise Fault(f"{opcode:#x} is no instruction of ARMv6-M that a kernel needs")
                at += 4 if wide else 2
        return Cost(instructions, cycles)


def _cycles(opcode: int) -> int:
    """Return the cycles of a 16-bit instruction, a branch not taken."""
    if opcode >> 12 in (5, 6, 7, 8, 9):
        return 2  # ldr, str and kin
    if opcode >> 12 == 0xC or opcode & 0xF600 == 0xB400:  # ldm, stm, push, pop
        registers = (opcode & 0xFF).bit_count()
        if opcode >> 12 == 0xB and opcode & 0x100:
            registers += 1 + (opcode >> 11 & 1)  # lr; pc, and one more of the 3 is the branch's
        return 1 + registers
    return 1
