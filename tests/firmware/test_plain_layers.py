"""The plain kernels of all layers but the fully connected one, against the specification."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.emulators import needs_wasm
from support.examples import examples
from support.imported_spec import IMPORTED
from support.int31 import Int31
from support.kernel_words import FIRMWARE, LIMITS
from support.kernels import SOME, answers
from support.layer_call import Call, Memory, plain
from support.layer_spec import KERNELS, calls
from support.micropython import needs_micropython
from support.operations import integer_forward

from thumbnet.export import Piece
from thumbnet.export.emit.firmware_source import assemble
from thumbnet.tools.targets import open_target

ALL = pytest.mark.parametrize("kernel", KERNELS)


@pytest.fixture(scope="module")
def functions() -> dict[str, Any]:
    """The kernels under CPython, put together as the exporter does it."""
    names: dict[str, Any] = {}
    for source in assemble(list(KERNELS), ("plain",), {}):
        assert not source.system
        exec(source.text, names)
    return names


@st.composite
def memories(draw: st.DrawFn, kernel: str) -> Memory:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return plain(draw(calls(kernel)), rng)


@ALL
@given(data=st.data())
@examples(150, SOME)
def test_cpython(functions: dict[str, Any], kernel: str, data: st.DataObject) -> None:
    case = data.draw(memories(kernel))
    x = case.x.copy()
    y: Any = x
    if case.y is not None:
        y = case.y.copy() if case.wide else bytearray(case.y)
    given = memoryview(x) if isinstance(x, bytearray) else x
    functions[kernel](given, case.w, y, tuple(case.p))
    assert x == case.x_after
    assert case.y_after is None or list(y) == case.y_after


@ALL
@given(data=st.data())
@examples(100, SOME)
def test_31_bits(functions: dict[str, Any], kernel: str, data: st.DataObject) -> None:
    case = data.draw(memories(kernel))
    x = [Int31(v) for v in case.x]
    y = x if case.y is None else [Int31(v) for v in case.y]
    w = tuple(map(Int31, case.w or b""))
    functions[kernel](x, w, y, tuple(map(Int31, case.p)))
    assert x == list(case.x_after)
    assert case.y_after is None or y == case.y_after


@ALL
@given(data=st.data())
@examples(3, SOME)
def test_unix(tmp_path_factory: pytest.TempPathFactory, kernel: str, data: st.DataObject) -> None:
    needs_micropython()
    cases = data.draw(st.lists(memories(kernel), min_size=40, max_size=60))
    file = tmp_path_factory.getbasetemp() / "plain.jsonl"
    lines = [case.line(kernel) for case in cases]
    said = answers("plain", [FIRMWARE / "plain"], lines, file, "layer_answers")
    for case, answer in zip(cases, said, strict=True):
        case.check(answer)


ANSWER = """

def predict(values):
    return 0


def scores(values):
    kernel, x, w, y, p = CASES[values[0]]
    y = x if y is None else y
    kernel(x if type(x) is list else memoryview(x), w, y, p)
    return [list(x), list(y)]
"""


def test_wasm() -> None:
    """Where a small int has 31 bits."""
    needs_wasm()
    cases, literals = [], []
    for seed in range(100):
        kernel = list(KERNELS)[seed % len(KERNELS)]
        rng = np.random.default_rng(seed)
        case = plain(KERNELS[kernel](rng, kernel), rng)
        y = case.y if case.y is None or case.wide else bytearray(case.y)
        cases.append(case)
        literals.append(f"({kernel}, {case.x!r}, {case.w!r}, {y!r}, {tuple(case.p)}),\n")
    sources = [source.text for source in assemble(list(KERNELS), ("plain",), {})]
    text = "\n\n\n".join([*sources, f"CASES = [{''.join(literals)}]", ANSWER])
    with open_target("wasm") as target:
        target.put({"net.py": text.encode()})
        rows = [[k] for k in range(len(cases))]
        said = [line["scores"] for line in target.run("selftest", "net", rows) if "scores" in line]
    for case, (x, y) in zip(cases, said, strict=True):
        assert x == list(case.x_after)
        assert case.y_after is None or y == case.y_after


# Two specifications, of two authors


def reference(call: Call) -> Any:
    """What the exporter's specification says, entries in the order of y."""
    p, table = call.words, np.frombuffer(call.table, np.uint8) if call.table else None
    limits = {name: p[name] for name in LIMITS if name in p}
    x = np.array(call.x)[None]
    if call.kernel in ("conv_xnnpack", "depthwise_conv_xnnpack"):
        bias, mantissa, shift = np.array(call.repeated).reshape(-1, 3).T
        node = {"weight": call.weight, "bias": bias, "window": call.window, "pad": p["pad"]}
        return integer_forward(call.kernel, x, **node, mantissa=mantissa, shift=shift, **limits)
    if call.weight is not None:
        bias, multiplier, shift = np.array(call.repeated).reshape(-1, 3).T
        op = call.kernel.removesuffix("_int4")
        scales = {"multiplier": multiplier, "shift": shift, "table": table}
        node = {"weight": call.weight, "bias": bias, "window": call.window, "pad": p["pad"]}
        return integer_forward(op, x, **node, **scales, **limits)
    if call.kernel == "max_pool":
        return integer_forward("max_pool", x, window=call.window)
    if call.kernel == "average_pool":
        multiplier, shift = np.array(call.repeated).reshape(-1, 2).T
        scales = {"multiplier": multiplier, "shift": shift}
        scales |= {name: p[name] for name in ("x_zero_point", "fewest")}
        return integer_forward("average_pool", x, window=call.window, **scales, **limits)
    if call.kernel == "add":
        names = ("ka", "kb", "bias", "shift", "activation_min", "activation_max")
        node = {name: p[name] for name in names}
        return integer_forward(
            "add", x, np.frombuffer(call.w, np.uint8)[None].astype(int), zero_point=0, **node
        )
    if call.kernel == "average_pool_tflite":
        return integer_forward(call.kernel, x, window=call.window, **limits)
    if call.kernel == "add_xnnpack":
        b = np.frombuffer(call.w, np.uint8)[None].astype(int)
        return integer_forward(call.kernel, x, b, **{k: v for k, v in p.items() if k != "n"})
    if call.kernel == "scores_of_levels":
        return integer_forward(call.kernel, x, x_zero_point=[p["x_zero_point"]])
    if call.kernel in IMPORTED:
        return imported_reference(call, x)
    assert call.kernel == "copy_channels"
    tables = np.frombuffer(call.w, np.uint8)[None]
    return integer_forward("concatenate", x, tables=tables, channels=[p["channels"]])


def imported_reference(call: Call, x: Any) -> Any:
    p, other = call.words, np.frombuffer(call.w, np.uint8)
    repeated = np.array(call.repeated)
    if call.kernel == "move":
        pieces = np.array([[0, p["mapped"] - 1, 0, *(p[name] for name in Piece._fields[3:])]])
        # The meaning of `move` writes a whole tensor; here it has gaps.
        sources, _ = Piece(*pieces[0].tolist()).places(repeated)
        values = np.array(call.x)[np.maximum(sources, 0)]
        values = other[values] if p["mapped"] else values
        return np.where(sources < 0, p["fill"], values)
    if call.kernel == "lookup_channels":
        tables = other.reshape(-1, 256)
        return integer_forward(call.kernel, x, tables=tables, which=repeated // 256)
    node = {name: p[name] for name in p if name not in ("n", "bias")} | {"steps": repeated}
    if call.kernel == "sum_levels":
        zero = -p["bias"] // p["count"]
        return integer_forward(call.kernel, x, **node, x_zero_point=zero)
    return integer_forward(call.kernel, x, other[None].astype(int), **node)


@pytest.mark.parametrize("kernel", [*list(KERNELS)[:16], "copy_channels"])
@given(data=st.data())
@examples(150, SOME)
def test_specifications_agree(kernel: str, data: st.DataObject) -> None:
    call = data.draw(calls(kernel))
    assert reference(call).ravel().tolist() == list(call.written.values())


def cell(call: Call, own: list[str]) -> Any:
    """One step of a cell from a state of zero: its sums come in as the biases of no weights."""
    units, sums = call.words["units"], np.array(call.x)
    gates = {"simple_rnn": 1, "gru": 3, "lstm": 4}[call.kernel] * units
    node: dict[str, Any] = {}
    for side, bias in (("input", sums[:gates]), ("state", sums[gates : 2 * gates])):
        node[f"{side}_weight"] = np.zeros((gates, units if side == "state" else 1), int)
        node[f"{side}_bias"] = 4 * bias  # and * 2**14 / 2**16
        node[f"{side}_multiplier"] = np.full(gates, 2**14)
        node[f"{side}_shift"] = np.full(gates, 16)
    node |= {
        "steps": 1,
        "units": units,
        "sequences": False,
        "limit": 2**27,
        "step_shift": call.words["shift"],
    }
    tables = np.frombuffer(call.w, np.uint8).reshape(-1, 256)
    node |= dict(zip(own, tables, strict=True))
    node |= {name: v for name, v in call.words.items() if name not in ("units", "reset", "shift")}
    return integer_forward(call.kernel, np.zeros((1, 1), int), **node)


@given(calls("simple_rnn").filter(lambda call: not call.words["reset"]))
@examples(150, SOME)
def test_simple_rnn_agrees(call: Call) -> None:
    assert cell(call, ["table"]).ravel().tolist() == list(call.written.values())


def from_zero(call: Call) -> bool:
    """True if the state of a GRU, or the cell of an LSTM, is zero before the step."""
    return not call.words["reset"] and not any(call.x[-call.words["units"] :])


@given(calls("gru").filter(from_zero))
@examples(150, SOME)
def test_gru_agrees(call: Call) -> None:
    answer = cell(call, ["sigmoid_table", "tanh_table"])
    assert answer.ravel().tolist() == list(call.written.values())


@given(calls("lstm").filter(from_zero))
@examples(150, SOME)
def test_lstm_agrees(call: Call) -> None:
    answer = cell(call, ["sigmoid_table", "tanh_table", "cell_table"])
    assert answer.ravel().tolist() == list(call.written.values())
