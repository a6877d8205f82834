"""The softmax of quantized ONNX networks in viper and in bytecode: every level as in float32."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.kernel_words import FIRMWARE
from support.kernels import SOME, answers
from support.micropython import needs_micropython
from support.operations import integer_forward

from thumbnet.export import MOST_SOFTMAX_FACTOR, onnx_exponentials

SCALES = (1e-4, 0.01, 0.1, 0.2, 0.5, 2.0, 60.0)


def case(seed: int) -> tuple[dict[str, Any], bytes]:
    """A call in an arena with dirt before x and y, and what the arena holds after it."""
    rng = np.random.default_rng(seed)
    rows, channels = int(rng.integers(1, 4)), int(rng.choice((1, 2, 3, 12, 40)))
    spread = int(rng.choice((1, 3, 30, 256)))
    x = rng.integers(0, spread, (rows, channels))
    # Of one value or equal ones, quotients are often exact halves.
    factor = int(rng.choice((255, 256, int(rng.integers(0, MOST_SOFTMAX_FACTOR + 1)))))
    numbers = {"channels": channels, "factor": factor, "zero": int(rng.choice((0, 0, 3, 255)))}
    table = onnx_exponentials(float(rng.choice(SCALES)), channels)
    y = integer_forward("softmax_onnx", x.reshape(1, -1), exponentials=table, **numbers)[0]
    n, x_at = x.size, int(rng.integers(0, 5))
    y_at = x_at + n + int(rng.integers(0, 5))
    arena = np.frombuffer(rng.bytes(y_at + n + 3), np.uint8).copy()
    arena[x_at : x_at + n] = x.ravel()
    line = {"kernel": "softmax_onnx", "x": arena.tobytes().hex(), "y": None, "wide": False}
    p = [n, *numbers.values(), x_at, y_at]
    line |= {"w": table.astype("<u4").tobytes().hex(), "p": p}
    arena[y_at : y_at + n] = y.ravel()
    return line, arena.tobytes()


@pytest.mark.parametrize("tier", ["viper", "plain"])
@given(seed=st.integers(0, 2**31))
@examples(8, SOME)
def test_levels(tmp_path_factory: pytest.TempPathFactory, tier: str, seed: int) -> None:
    needs_micropython()
    cases = [case(seed + k) for k in range(60)]
    folders: list[Path] = [FIRMWARE / tier, FIRMWARE / "plain"]
    file = tmp_path_factory.mktemp("cases") / "cases"
    said = answers("native", folders, [line for line, _ in cases], file, "layer_answers")
    for (line, after), answer in zip(cases, said, strict=True):
        assert bytes.fromhex(answer["x"]) == after, line
