"""The opcodes of Thumb-1 instructions, from the comments beside `data(2, ...)` in `firmware/thumb`.

Instructions as in the Arm manual (ARMv6-M), without `s` and `#`, separated by `;`, and

- a word of the stack by its name, `ldr r3, P`; a comment `frame: P 92, ...` gives the places;
- a word of p by its name, `ldr r4, [r3, wide]`, and `add r4, bias` for 4 times its place;
- `beq 3`, of any condition: over three instructions;
- `r9 += x(r4 >> 8)` for lsr r3, r4, 8; mul r3, r2; add r9, r3; with `& r5` behind the shift, and r3
  is masked first; without a shift for mul r4, r2; add r9, r4;
- `r9 += r2 * r6 >> 16` for lsr r3, r6, 16; mul r3, r2; add r9, r3; `rev r6` instead for its bytes
  reversed; without both for mul r6, r2; add r9, r6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ALU = ("and", "eor", "lsl", "lsr", "asr", "adc", "sbc", "ror", "tst", "neg", "cmp", "cmn")
_ALU += ("orr", "mul", "bic", "mvn")
_SHIFTS = {"lsl": 0x0000, "lsr": 0x0800, "asr": 0x1000}
_SUMS = {"add": (0x1800, 0x1C00, 0x3000), "sub": (0x1A00, 0x1E00, 0x3800)}
_WITH_IMMEDIATE = {"str": 0x6000, "ldr": 0x6800, "strb": 0x7000, "ldrb": 0x7800}
_WITH_IMMEDIATE.update(strh=0x8000, ldrh=0x8800)
_WITH_REGISTER = {"str": 0x5000, "strb": 0x5400, "ldr": 0x5800, "ldrb": 0x5C00}
_WITH_REGISTER.update(strh=0x5200, ldrh=0x5A00, ldrsh=0x5E00)
_EXTENDED = {"sxth": 0xB200, "uxth": 0xB280, "uxtb": 0xB2C0, "rev": 0xBA00}
_CONDITIONS = ("eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le")
_BRANCHES = {f"b{name}": 0xD000 | n << 8 for n, name in enumerate(_CONDITIONS)}
_UPPER = {"add": 0x4400, "cmp": 0x4500, "mov": 0x4600}


def opcodes(text: str, frame: dict[str, int], places: dict[str, int]) -> list[int]:
    """Return the opcodes of a comment's instructions; ValueError for what is none.

    places: of the words of p.
    """
    lines = [line for part in text.split(";") for line in _plain(part.strip())]
    return [_encode(_numbered(line, places), frame) for line in lines]


def data_lines(source: str) -> Iterator[tuple[int, list[int], str, dict[str, int]]]:
    """Yield where `data(2, ...)` stands, its opcodes, its comment and the frame.

    The comment is that of the line, or the lines that begin with `#:` before it; those are for all
    the lines of data that follow.
    """
    frame: dict[str, int] = {}
    above = ""
    given: list[int] = []
    lines = [line.strip() for line in source.splitlines()]
    for k, line in enumerate(lines):
        if line.startswith("# frame:"):
            end = next(n for n in range(k, len(lines)) if not lines[n].startswith("# "))
            names = re.findall(r"\b([A-Z][A-Z_0-9]*) (\d+)", " ".join(lines[k:end]))
            frame = {name: int(at) for name, at in names}
        elif line.startswith("#:"):
            above += line[2:]
        elif found := re.fullmatch(r"data\(2, ([^)]*)\)(?:  # (.*))?", line):
            given += [int(code, 16) for code in found[1].split(", ")]
            if not above or not re.fullmatch(r"data\([^#]*", lines[k + 1]):
                yield k + 1, given, above or found[2] or "", frame
                above, given = "", []


def _plain(text: str) -> list[str]:
    if found := re.fullmatch(r"(\w+) \+= (r\d) \* (rev )?(r\d)(?: >> (\d+))?", text):
        total, x, turned, weight, shift = found.groups()
        first = [f"rev r3, {weight}"] if turned else [f"lsr r3, {weight}, {shift}"] if shift else []
        value = "r3" if first else weight
        return [*first, f"mul {value}, {x}", f"add {total}, {value}"]
    found = re.fullmatch(r"(\w+) \+= x\((\w+)(?: >> (\d+))?(?: & (\w+))?\)", text)
    if not found:
        return [text]
    total, weight, shift, mask = found.groups()
    value = "r3" if shift else weight
    masked = [f"and r3, {mask}"] if mask else []
    shifted = [f"lsr r3, {weight}, {shift}", *masked] if shift else []
    low = re.fullmatch("r[0-7]", total)
    add = f"add {total}, {total}, {value}" if low else f"add {total}, {value}"
    return [*shifted, f"mul {value}, r2", add]


def _numbered(text: str, places: dict[str, int]) -> str:
    """Return an instruction with a word of p as the number of bytes that it stands for."""
    found = re.fullmatch(r"((?:ldr|str) r\d, \[r\d|add r\d), ([a-z]\w*)(\]?)", text)
    if not found or found[2] not in places:
        return text
    return f"{found[1]}, {4 * places[found[2]]}{found[3]}"


def _encode(text: str, frame: dict[str, int]) -> int:
    name, _, rest = text.partition(" ")
    if name in ("ldm", "stm"):
        base, _, listed = rest.partition("!, ")
        bits = sum(1 << _register(r) for r in listed.strip("{}").split(", "))
        return (0xC800 if name == "ldm" else 0xC000) | _register(base) << 8 | bits
    operands = rest.replace("[", "").replace("]", "").split(", ")
    if name in ("ldr", "str") and operands[-1] in frame:
        code = 0x9800 if name == "ldr" else 0x9000
        return code | _register(operands[0]) << 8 | frame[operands[-1]] // 4
    if "[" in rest:
        return _memory(name, operands)
    if "sp" in operands and name in _SUMS:
        return _stack(name, operands, frame)
    if name in _BRANCHES:
        return _BRANCHES[name] | int(operands[0]) - 1
    if name in _EXTENDED:
        return _EXTENDED[name] | _pair(operands)
    return _arithmetic(name, operands)


def _memory(name: str, operands: list[str]) -> int:
    target, base = (_register(r) for r in operands[:2])
    offset = operands[2]
    if offset[0] == "r" and offset[1:].isdigit():
        return _WITH_REGISTER[name] | _register(offset) << 6 | base << 3 | target
    at = int(offset)
    scale = {"b": 1, "h": 2}.get(name[-1], 4)
    if at % scale or at >= 32 * scale:
        raise ValueError(f"no offset of {name}: {at}")
    return _WITH_IMMEDIATE[name] | at // scale << 6 | base << 3 | target


def _stack(name: str, operands: list[str], frame: dict[str, int]) -> int:
    at = frame[operands[-1]] if operands[-1] in frame else int(operands[-1])
    if len(operands) == 3:
        return 0xA800 | _register(operands[0]) << 8 | at // 4
    return (0xB000 if name == "add" else 0xB080) | at // 4


def _arithmetic(name: str, operands: list[str]) -> int:
    last = operands[-1]
    if not last.isdigit():
        if len(operands) == 3:
            three = [_register(r) for r in operands]
            return _SUMS[name][0] | three[2] << 6 | three[1] << 3 | three[0]
        target, source = (_any_register(r) for r in operands)
        if name in _UPPER and (name != "cmp" or max(target, source) > 7):
            return _UPPER[name] | (target & 8) << 4 | source << 3 | target & 7
        return 0x4000 | _ALU.index(name) << 6 | _pair(operands)
    if len(operands) == 3:
        code = _SHIFTS[name] if name in _SHIFTS else _SUMS[name][1]
        return code | int(last) << 6 | _pair(operands[:2])
    immediate = {"mov": 0x2000, "cmp": 0x2800, "add": 0x3000, "sub": 0x3800}[name]
    return immediate | _register(operands[0]) << 8 | int(last)


def _pair(operands: list[str]) -> int:
    return _register(operands[1]) << 3 | _register(operands[0])


def _register(name: str) -> int:
    if not re.fullmatch(r"r[0-7]", name):
        raise ValueError(f"no register of the lower eight: {name}")
    return int(name[1:])


def _any_register(name: str) -> int:
    numbers = {"r8": 8, "r9": 9, "r10": 10, "r11": 11, "r12": 12, "sp": 13, "lr": 14}
    return numbers[name] if name in numbers else _register(name)
