"""The emulated core sees what a kernel must not do, and counts as the manual does."""

from __future__ import annotations

import pytest
from support import thumb_machine
from support.kernel_words import FIRMWARE, words_of
from support.thumb_machine import Buffer, Cost, Fault, Machine, assemble

KERNELS = {"thumb": "armv6m", "thumb_dsp": "armv7em"}


def machine(body: str, arch: str = "armv6m") -> Machine:
    """A function of some lines; the assembler puts `push {r1, r4-r7, lr}` and its `pop` around."""
    source = "@micropython.asm_thumb\ndef f(r0, r1, r2, r3):\n    " + body.replace("; ", "\n    ")
    return Machine(assemble(source, "f", arch), arch)


def test_result_and_memory() -> None:
    y = Buffer(bytes(4), writable=True)
    result, _ = machine("ldr(r0, [r0, 4]); strb(r0, [r1, 3])").call(Buffer(b"abcd\1\2\3\4"), y)
    assert result == 0x04030201
    assert y.data == b"\0\0\0\1"


@pytest.mark.parametrize(
    ("body", "cost"),
    [
        ("mov(r0, 0)", Cost(1, 1)),
        ("mov(r12, r0); mov(r12, r12); mul(r0, r0)", Cost(3, 3)),
        ("ldr(r0, [r1, 0]); ldrb(r0, [r1, 0]); ldrh(r0, [r1, 0])", Cost(3, 6)),
        ("str(r0, [r1, 0]); strb(r0, [r1, 0]); strh(r0, [r1, 0])", Cost(3, 6)),
        ("push({r0, r1, r2}); pop({r0, r1, r2})", Cost(2, 8)),
        ("data(2, 0xC90D)", Cost(1, 4)),  # ldm r1!, {r0, r2, r3}
        ("data(2, 0x9000, 0x9800)", Cost(2, 4)),  # str r0, [sp]; ldr r0, [sp]
        ("b(A); label(A)", Cost(1, 1)),  # to the next instruction, at what it would take anyway
        ("b(A); nop(); label(A)", Cost(1, 2)),
        ("mov(r0, 3); label(A); sub(r0, 1); bne(A)", Cost(7, 9)),
        ("mov(r0, 3); cmp(r0, 3); bne(A); nop(); label(A)", Cost(4, 4)),
    ],
)
def test_cost(body: str, cost: Cost) -> None:
    frame = Cost(2, 7 + 9)  # push {r1, r4-r7, lr}: 1 + 6; pop {r1, r4-r7, pc}: 3 + 6
    _, took = machine(body).call(0, Buffer(bytes(12), writable=True))
    assert took == Cost(frame.instructions + cost.instructions, frame.cycles + cost.cycles)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("mov(r8, r0)", "r8 was not restored"),
        ("mov(r11, r0)", "r11 was not restored"),
        ("push({r0})", "at"),
        ("pop({r0})", "at"),
        ("ldrb(r0, [r1, 6])", r"read of 1 bytes at \+6 of a buffer of 6"),
        ("ldr(r0, [r1, 4])", r"read of 4 bytes at \+4 of a buffer of 6"),
        ("sub(r1, 1); ldrb(r0, [r1, 0])", r"read of 1 bytes at -1 of"),
        ("strb(r0, [r1, 6])", "write of 1 bytes"),
        ("strb(r0, [r2, 0])", "write of 1 bytes at"),
        ("add(r1, 1); ldr(r0, [r1, 0])", "no multiple"),
        ("add(r1, 1); ldrh(r0, [r1, 0])", "no multiple"),
        ("mov(r0, 0); ldr(r0, [r0, 0])", "UNMAPPED"),
        ("mov(r0, 0); data(2, 0x4700)", "at"),  # bx r0
        ("data(2, 0xFB20, 0x0001)", "0xfb20 is no instruction of"),  # smlad
    ],
)
def test_faults(body: str, said: str) -> None:
    data = Buffer(bytes(6), writable=True)
    with pytest.raises(Fault, match=said):
        machine(body).call(1, data, Buffer(bytes(8)))


def test_unaligned_words_on_newer_cores() -> None:
    value, _ = machine("add(r1, 1); ldr(r0, [r1, 0])", "armv7em").call(0, Buffer(b"\0\1\2\3\4"))
    assert value == 0x04030201


def test_endless_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumb_machine, "MOST_TIMES", 1000)
    with pytest.raises(Fault, match="did not return"):
        machine("label(A); b(A)").call()


def test_missing_function() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        assemble("def f(): pass\n", "g", "armv6m")


@pytest.mark.parametrize("tier", KERNELS)
@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        (
            "    mov(r8, r4)\n    mov(r9, r5)\n    mov(r10, r6)\n    mov(r11, r7)\n",
            "",
            "r8 was not",
        ),
        ("    mov(r10, r6)\n    mov(r11, r7)\n    mov(r0, 0)", "    mov(r11, r7)", "r10 was not"),
        ("    mov(sp, r8)\n", "", "UC_ERR"),
        ("    strb(r0, [r6, 0])", "    strb(r0, [r6, 1])", "write of 1 bytes at [+]9"),
        ("the end of the loop", "one turn more", "READ_UNMAPPED"),
    ],
)
def test_mutilated_kernels(tier: str, line: str, instead: str, said: str) -> None:
    arch = KERNELS[tier]
    if line == "the end of the loop":
        line, instead = {
            "thumb": ("    bcs(SUMS)", "    bhi(SUMS)"),
            "thumb_dsp": ("    bcc(EIGHT)", "    bls(EIGHT)"),
        }[tier]
    source = (FIRMWARE / tier / "fully_connected.py").read_text(encoding="utf-8")
    assert source.count(line) == 1
    front = {"inputs": 4, "outputs": 9, "activation_max": 255, "pieces": 1}
    each = {"bias": 0, "multiplier": 2**14, "shift": 16}
    p = words_of("fully_connected", tier).alike(front, each, 9)

    def run(text: str) -> None:
        words = b"".join(v.to_bytes(4, "little") for v in p)
        Machine(assemble(text, "fully_connected", arch), arch).call(
            Buffer(bytes(4), writable=True),
            Buffer(bytes(4 * 12)),
            Buffer(bytes(9), writable=True),
            Buffer(words, writable=True),
        )

    run(source)
    with pytest.raises(Fault, match=said):
        run(source.replace(line, instead))
