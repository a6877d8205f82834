"""The other Thumb kernels on an emulated core; and that all of them are what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cell_cases import CELLS
from support.examples import examples
from support.kernel_words import FIRMWARE, WINDOW, WORDS
from support.layer_cases import CONVOLUTIONS, POOLING, Call, pooling
from support.thumb_call import in_one_arena, run
from support.thumb_machine import Fault, assemble
from support.thumb_text import data_lines, opcodes
from support.xnnpack_cases import CONVOLUTIONS as XNNPACK

from thumbnet.export.emit.firmware_source import inlined

ARCH = pytest.mark.parametrize("arch", ["armv6m", "armv7em"])
BYTES = {
    **{"conv": 1150, "conv_int4": 920, "depthwise_conv": 560},
    **{"max_pool": 240, "average_pool": 330, "average_pool_tflite": 330, "gru": 230, "lstm": 340},
    **{"conv_xnnpack": 1260, "depthwise_conv_xnnpack": 1240, "add_xnnpack": 180},
    **dict.fromkeys(("add", "copy_channels", "copy", "simple_rnn"), 100),
    **{"batch_matmul": 280, "softmax_rows": 200, "embedding": 60},
}
"""Of machine code, at most."""


LONG = {"list_inputs", "nine_taps"}
"""Fragments of a single kernel, which would be too long with them."""


@pytest.mark.parametrize("kernel", POOLING)
@ARCH
@given(data=st.data(), shared=st.booleans())
@examples(100)
def test_pooling(kernel: str, arch: str, data: st.DataObject, shared: bool) -> None:
    call = data.draw(pooling(kernel))
    run(in_one_arena(call) if shared else call, arch)


@pytest.mark.parametrize("kernel", CELLS)
@ARCH
@given(data=st.data(), align=st.integers(0, 3))
@examples(150)
def test_cells_sums_and_copies(kernel: str, arch: str, data: st.DataObject, align: int) -> None:
    run(data.draw(CELLS[kernel]()), arch, align)


@pytest.mark.parametrize("kernel", [*POOLING, *CELLS])
@pytest.mark.parametrize("short", ["x", "w", "y", "p"])
@given(data=st.data())
@examples(10)
def test_reads_and_writes_to_the_last_byte(kernel: str, short: str, data: st.DataObject) -> None:
    """A buffer that is shorter by a byte (p, and words: by a word) is seen."""
    call = data.draw(pooling(kernel) if kernel in POOLING else CELLS[kernel]())
    # What is not read may be missing; an arena has other ends.
    unread = {"w": kernel in (*POOLING, "copy"), "p": kernel == "max_pool"}
    if call.x is call.y or unread.get(short) or (kernel == "copy" and not word(call, "n")):
        return
    if kernel in ("simple_rnn", "gru", "lstm") and (word(call, "reset") or short == "w"):
        return
    if kernel in POOLING and short == "x" and not sees_the_last(call):
        return
    if short == "w":
        call.w, call.x = call.w[:-1], bytearray(b"\xff" * len(call.x))
    else:
        del (call.p if short == "p" else getattr(call, short))[-1]
    with pytest.raises(Fault):
        run(call)


def word(call: Call, name: str) -> int:
    """A word of the call's p."""
    return call.p[WORDS[call.kernel].index(name)]


def sees_the_last(call: Call) -> bool:
    """True if the last element of x is in a window."""
    p = {name: word(call, name) for name in WINDOW}
    last_row = (p["out_h"] - 1) * p["stride_h"] - p["pad_top"] + p["k_h"]
    last = (p["out_w"] - 1) * p["step"] - p["left"] + p["run"]
    return last_row >= p["rows"] and last >= p["row"]


def test_aligned_copies_are_faster() -> None:
    n = 1024
    for at, cycles in ((0, 1.0), (1, 7.1)):
        x = bytearray(range(256)) * 4
        y = bytearray(n + at)
        after = bytes(at) + bytes(x)
        took = run(Call("copy", x, b"", y, [n, 0, at], bytes(x), after)).cycles
        assert took / n < cycles


# What is in the files


@pytest.mark.parametrize("kernel", BYTES)
def test_machine_code_is_small_and_the_same_for_every_core(kernel: str) -> None:
    text = inlined(FIRMWARE / "thumb" / f"{kernel}.py")
    code = {assemble(text, kernel, arch) for arch in ("armv6m", "armv7m", "armv7em")}
    assert len(code) == 1
    assert len(code.pop()) <= BYTES[kernel]


@pytest.mark.parametrize("kernel", BYTES)
def test_opcodes_are_those_of_the_comments(kernel: str) -> None:
    path = Path(FIRMWARE / "thumb" / f"{kernel}.py")
    found = list(data_lines(inlined(path)))
    assert found
    for line, given_, comment, frame in found:
        places = WORDS[kernel].places
        assert given_ == opcodes(comment, frame, places), f"{path.name}:{line}"


def test_fragments_stand_in_several_kernels() -> None:
    folder = FIRMWARE / "thumb"
    for fragment in (folder / "fragments").glob("*.py"):
        _, _, lines = fragment.read_text(encoding="utf-8").partition(f"def {fragment.stem}():\n")
        call = f"    {fragment.stem}()\n"
        users = [path for path in folder.glob("*.py") if call in path.read_text(encoding="utf-8")]
        calls = sum(path.read_text(encoding="utf-8").count(call) for path in users)
        assert calls > (fragment.stem not in LONG)
        for path in users:
            assert lines in inlined(path)
            assert "fragment" not in inlined(path)
            assert call not in inlined(path)


def test_every_kernel_of_the_list_is_there() -> None:
    assert set(BYTES) == {*CONVOLUTIONS, *XNNPACK, *POOLING, *CELLS}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ldr r3, P; str r0, P", [0x9B02, 0x9002]),
        ("ldr r4, [r3, wide]; ldrb r2, [r0, 3]; strb r0, [r6, r7]", [0x6A1C, 0x78C2, 0x55F0]),
        ("add r4, bias; ldr r6, [r3, bias]; add r4, r4, r0", [0x345C, 0x6DDE, 0x1824]),
        ("add r7, sp, P; sub sp, 160; add sp, 160", [0xAF02, 0xB0A8, 0xB028]),
        ("add r0, r8; add r0, r0, r1; add r0, 4", [0x4440, 0x1840, 0x3004]),
        ("mov r9, r0; mov r0, sp; mov lr, r4; mov r6, 0", [0x4681, 0x4668, 0x46A6, 0x2600]),
        ("cmp r4, r5; cmp r0, r10; cmp r5, lr; cmp r2, 0", [0x42AC, 0x4550, 0x4575, 0x2A00]),
        ("asr r1, r0, 15; asr r0, r3; mul r0, r2", [0x13C1, 0x4118, 0x4350]),
        ("ldm r1!, {r4, r5, r6, r7}; stm r0!, {r1}", [0xC9F0, 0xC002]),
        ("uxtb r6, r6; uxth r5, r2; neg r7, r7", [0xB2F6, 0xB295, 0x427F]),
        ("beq 25; bge 1; ble 3", [0xD018, 0xDA00, 0xDD02]),
        ("r5 += x(r7 >> 8)", [0x0A3B, 0x4353, 0x18ED]),
        ("r9 += x(r4 >> 4 & r5)", [0x0923, 0x402B, 0x4353, 0x4499]),
        ("r12 += x(r7)", [0x4357, 0x44BC]),
    ],
)
def test_opcodes(text: str, codes: list[int]) -> None:
    """As the Arm manual has them."""
    assert opcodes(text, {"P": 8}, {"wide": 8, "bias": 23}) == codes
