"""The table of the schema is that of the generated package."""

from __future__ import annotations

from typing import Any

import flatbuffers
import pytest
import tflite
from support.tflite_generated import OPERATORS, TABLES, TYPES, fields, generated_options, snake

from thumbnet.importers.tflite import schema
from thumbnet.importers.tflite.flatbuffer import FlatBuffer
from thumbnet.importers.tflite.read_tflite import read_options

BY_CLASS = {
    "Pool2DOptions": ["AVERAGE_POOL_2D", "MAX_POOL_2D"],
    "ReducerOptions": ["MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"],
}
"""Tables whose operators are not called like them."""


def test_operators_have_their_codes() -> None:
    # STABLEHLO_CASE is newer than the package.
    assert [OPERATORS[code] for code in range(len(OPERATORS))] == [*schema.OPERATORS[:-1]]


def test_types_have_their_codes() -> None:
    assert [TYPES[code] for code in range(len(TYPES))] == [*schema.TYPES[: len(TYPES)]]


def test_enumerations_have_their_codes() -> None:
    for kind, generated in (
        ("padding", tflite.Padding),
        ("activation", tflite.ActivationFunctionType),
        ("weights_format", tflite.FullyConnectedOptionsWeightsFormat),
    ):
        for code, name in enumerate(schema.ENUMERATIONS[kind]):
            assert getattr(generated, name) == code


@pytest.mark.parametrize("name", schema.OPTIONS)
def test_options_are_of_the_table_of_their_operator(name: str) -> None:
    table = TABLES[schema.OPTIONS[name].code]
    same = table.removesuffix("Options").upper() == name.replace("_", "")
    assert same or name in BY_CLASS[table]


def table_of(name: str, values: dict[str, Any]) -> tuple[Any, bytes]:
    """A table of options with these values, written and opened by generated code."""
    to = flatbuffers.Builder(64)
    getattr(tflite, f"{name}Start")(to)
    for key, value in values.items():
        getattr(tflite, f"{name}Add{key}")(to, value)
    to.Finish(getattr(tflite, f"{name}End")(to))
    data = bytes(to.Output())
    return getattr(tflite, name).GetRootAs(data), data


@pytest.mark.parametrize("name", schema.OPTIONS)
def test_defaults(name: str) -> None:
    generated, data = table_of(TABLES[schema.OPTIONS[name].code], {})
    expected = generated_options(generated)
    assert read_options(FlatBuffer(data).root(), name, "") == expected
    assert read_options(None, name, "") == expected


@pytest.mark.parametrize("name", schema.OPTIONS)
def test_each_field_is_where_the_schema_has_it(name: str) -> None:
    table = TABLES[schema.OPTIONS[name].code]
    scalars = [
        n for n in fields(getattr(tflite, table)) if not isinstance(default(table, n), (tuple, str))
    ]
    for key in scalars:
        before = getattr(table_of(table, {})[0], key)()
        value = not before if isinstance(before, bool) else before + 1
        generated, data = table_of(table, {key: value})
        assert read_options(FlatBuffer(data).root(), name, "") == generated_options(generated)


def default(table: str, key: str) -> Any:
    return generated_options(table_of(table, {})[0])[snake(key)]
