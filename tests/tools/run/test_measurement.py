"""What is said of a measurement."""

import pytest

from thumbnet.tools.run.measurement import Measurement, heap_per_inference


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
