"""What a module is called, and what is said of it."""

import keyword

import pytest

from thumbnet.export.boards.module_names import check_name
from thumbnet.tools.run.measurement import Measurement
from thumbnet.tools.run.measurement import heap_per_inference
from thumbnet.tools.run.module_files import name_for


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("gestures", "gestures"),
        ("my-data", "my_data"),
        ("my data.v2", "my_data_v2"),
        ("2024", "m2024"),
        ("_mine", "m_mine"),
        ("größe", "gr__e"),
        ("", "m"),
        ("time", "time_net"),
        ("class", "class_net"),
        ("None", "None_net"),
        ("x" * 40, "x" * 31),
        ("9" * 40, "m" + "9" * 30),
    ],
)
def test_name_for(stem: str, name: str) -> None:
    assert name_for(stem) == name
    check_name(name)


@pytest.mark.parametrize("stem", [*keyword.kwlist, "asyncio", "micropython", "test", "main"])
def test_every_name_can_be_imported(stem: str) -> None:
    assert name_for(stem) == f"{stem}_net"
    check_name(name_for(stem))


@pytest.mark.parametrize(
    ("at_import", "per_inference", "words"),
    [
        (5000, 2240, "2,240 bytes"),
        (5000, None, "not measured: the heap is too tight"),
        (None, None, "not known here"),
    ],
)
def test_heap_per_inference(at_import: int, per_inference: int, words: str) -> None:
    measured = Measurement("unix", 64, 12.5, 6000, at_import, per_inference, {})
    assert heap_per_inference(measured) == words
    assert measured.as_json()["heap_bytes_per_inference"] == per_inference
