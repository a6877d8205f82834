"""What `tflite_builder` writes is read again as it was, by our reader and by the generated one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.tflite_builder import Network, build
from support.tflite_generated import OPERATORS, assert_same, generated_model

from thumbnet.importers.tflite import schema
from thumbnet.importers.tflite.model import Subgraph, TfliteModel
from thumbnet.importers.tflite.read_tflite import parse_tflite

NAMES = sorted({*OPERATORS.values(), "CUSTOM mine"} - {"CUSTOM"})
# The generated package knows no newer types.
TYPES = schema.TYPES[:19]
ARRAYS = sorted({*TYPES} - schema.WITHOUT_ARRAYS)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INT32 = st.integers(-(2**31), 2**31 - 1)
NUMBERS: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "float32": st.floats(width=32, allow_nan=False),
    "int32": INT32,
    "int32s": st.lists(INT32, max_size=4).map(tuple),
    "text": WORDS,
    "dtype": st.sampled_from(TYPES),
}


def value_of(field: schema.Field) -> st.SearchStrategy[Any]:
    if field.name == "init_subgraph_index":
        return st.just(1)
    if field.kind in NUMBERS:
        return NUMBERS[field.kind]
    return st.sampled_from(schema.ENUMERATIONS[field.kind])


def options_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    fields = schema.OPTIONS[name].fields if name in schema.OPTIONS else ()
    return st.fixed_dictionaries({one.name: value_of(one) for one in fields})


@st.composite
def tensors(draw: st.DrawFn, types: list[str], smallest: int) -> dict[str, Any]:
    """What `Network.tensor` takes."""
    shape = draw(st.lists(st.integers(smallest, 4), max_size=4))
    dtype = draw(st.sampled_from(types))
    about: dict[str, Any] = {"shape": shape, "dtype": dtype, "name": draw(WORDS)}
    if dtype in schema.INTEGERS:
        about["axis"] = draw(st.integers(0, max(0, len(shape) - 1)))
        counts = {0, 1, shape[about["axis"]] if shape else 1}
        count = draw(st.sampled_from(sorted(counts)))
        limits = np.iinfo(dtype)
        zero_point = st.integers(int(limits.min), min(int(limits.max), 2**63 - 1))
        scale = st.floats(2.0**-100, 2.0**100, width=32)
        about["scale"] = draw(st.lists(scale, min_size=count, max_size=count))
        about["zero_point"] = draw(st.lists(zero_point, min_size=count, max_size=count))
        if not count:
            about["axis"] = 0  # no quantization, no axis
    if draw(st.booleans()):
        about["signature"] = tuple(draw(st.sampled_from((-1, size))) for size in shape)
    return about


@st.composite
def subgraphs(draw: st.DrawFn, names: list[str]) -> Subgraph:
    """Tensors of every type, and operators in an order that can run."""
    net = Network()
    ready = [-1]
    for _ in range(draw(st.integers(0, 3))):
        ready.append(net.input(**draw(tensors([*ARRAYS, "resource"], 1))))
    for _ in range(draw(st.integers(0, 3))):
        ready.append(net.variable(**draw(tensors(ARRAYS, 1))))
    for _ in range(draw(st.integers(0, 3))):
        about = draw(tensors(ARRAYS, 0))
        dtype = np.dtype(about.pop("dtype"))
        size = int(np.prod(about["shape"])) * dtype.itemsize
        data = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), np.uint8)
        values = (data % 2 if dtype.kind == "b" else data).view(dtype).reshape(about.pop("shape"))
        ready.append(net.constant(values, **about))
    for _ in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(names))
        inputs = draw(st.lists(st.sampled_from(ready), max_size=4))
        outputs = [net.tensor(**draw(tensors([*ARRAYS, "resource"], 1))) for _ in range(2)]
        between = draw(st.lists(st.sampled_from(ready), max_size=2))
        version = draw(st.none() | st.integers(1, 9))
        options = draw(options_of(name))
        net.operator(name, inputs, outputs, version=version, intermediates=between, **options)
        ready += outputs
    outputs = draw(st.lists(st.sampled_from(ready), max_size=3))
    return net.subgraph(*(number for number in outputs if number >= 0), name=draw(WORDS))


@st.composite
def models(draw: st.DrawFn) -> TfliteModel:
    first = draw(subgraphs(NAMES))
    # It would call itself.
    second = draw(subgraphs([name for name in NAMES if name != "CALL_ONCE"]))
    return TfliteModel((first, second), draw(WORDS))


@examples(400)
@given(models())
def test_round_trip(model: TfliteModel) -> None:
    data = build(model)
    assert_same(parse_tflite(data), model)
    assert_same(parse_tflite(data), generated_model(data))


@examples(40)
@given(st.data())
@pytest.mark.parametrize("name", schema.OPTIONS)
def test_options(name: str, data: st.DataObject) -> None:
    """Whatever is left out has its default."""
    given_options = data.draw(options_of(name))
    kept = {key: given_options[key] for key in given_options if data.draw(st.booleans())}
    net = Network()
    y = net.apply(name, [net.input((1,))], (1,), **kept)
    model = TfliteModel((Network().subgraph(), Network().subgraph(), net.subgraph(y)))
    (found,) = parse_tflite(build(model)).subgraphs[2].operators
    defaults = {one.name: one.default for one in schema.OPTIONS[name].fields}
    assert found.options == {**defaults, **kept}
