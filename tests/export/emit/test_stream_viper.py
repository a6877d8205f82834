"""Features in viper: the same integers as in tier plain, for any window."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.micropython import needs_micropython
from support.streams import program

from thumbnet.export.emit.mpy import compile_mpy
from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import WINDOW_FEATURES, StreamSettings
from thumbnet.trainer import compute_features as compute
from thumbnet.trainer import sine_table as sines
from thumbnet.trainer.signals.stream_settings import FEATURE_COUNT_LIMIT as MOST_COUNTS

ROOT = Path(__file__).parents[3]


def answers(folder: Path, tier: str, cases: list[dict[str, Any]]) -> list[Any]:
    names = ("runtime", "plain", "stream", *(["viper"] if tier == "viper" else []))
    return printed(folder, ROOT / "tests" / "device" / "features_of.py", names, cases)


def printed(
    folder: Path, script: Path, names: Sequence[str], cases: list[dict[str, Any]]
) -> list[Any]:
    """Lines of JSON that a script prints of `cases.json`; names: folders of `firmware/`."""
    needs_micropython()
    (folder / "cases.json").write_text("\n".join(map(json.dumps, cases)))
    places = [str(ROOT / "firmware" / name) for name in names]
    command = [str(find_micropython()), "-X", "heapsize=1m", str(script), "cases.json", *places]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def signals(rng: np.random.Generator, window: int, reach: int) -> list[np.ndarray]:
    k = np.arange(window)
    shapes = [
        rng.uniform(-1, 1, window),
        rng.choice((-1.0, 1.0), window),
        np.where(k // 2 == rng.integers(window // 2), 1.0, -0.2),
        np.sin(k * rng.uniform(0.1, 3)) * 0.4 - 0.5,
        np.ones(window),
        rng.normal(0, 0.001, window),
    ]
    return [np.clip(np.round(x * reach), -reach, reach).astype(np.int64) for x in shapes]


@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_features(tier: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    cases, wanted = [], []
    for window in (8, 16, 64, 256, 1024):
        for reach in (100, 2047, 65_535, MOST_COUNTS - 1):
            bands = int(rng.integers(1, 5))
            made = StreamSettings(window, 1, ("x",), 1.0, (1,), reach, WINDOW_FEATURES, bands)
            for x in signals(rng, window, reach):
                case = {"fraction": made.fraction, "bands": bands, "sines": sines(window)}
                cases.append({"x": x.tolist(), **case})
                wanted.append(compute(x[None, :, None], made)[0].tolist())
    assert answers(tmp_path, tier, cases) == wanted


@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_rings(tier: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    cases, wanted = [], []
    for kind, reach in (("h", 2**15 - 1), ("i", 2**20 - 1)):
        for channels, window in ((1, 4), (3, 8), (6, 5)):
            for begin in (0, 1, window - 1):
                rows = rng.integers(-reach, reach + 1, (window, channels))
                rows[0] = -reach
                cases.append({"rows": rows.tolist(), "kind": kind, "at": begin * channels})
                wanted.append([rows.T.ravel().tolist(), rows.ravel().tolist()])
    assert answers(tmp_path, tier, cases) == wanted


COUNTS = """
import json, sys
for place in sys.argv[2:]:
    sys.path.insert(0, place)
from array import array
import counts, each_reading, lengths
for line in open(sys.argv[1]):
    case = json.loads(line)
    lines = case["lines"]
    each_reading.SCALING = [tuple(line) for line in lines]
    for module in (counts, each_reading):
        module.INPUT_ZERO_POINT = case["zero"]
        module.X0 = bytearray(len(case["x"]))
    counts.VALUES = array(case["kind"], case["x"])
    counts.COUNTED = case["kind"]
    lengths.INPUTS = len(case["x"])
    counts._LINES = array("i", [n for line in lines for n in line])
    try:
        assert counts.quantize(counts.VALUES) is counts.X0
        said = None
    except ValueError as error:
        said = str(error)
    print(json.dumps([list(counts.X0), list(each_reading.X0), said]))
"""


def test_counts(tmp_path: Path) -> None:
    """The conversion of a Stream's window to counts, compared with the formula."""
    rng = np.random.default_rng(7)
    cases, wanted = [], []
    for reach in (1, 127, 2**15 - 1, 2**20 - 1) * 12:
        channels = int(rng.integers(1, 5))
        lines = []
        for _ in range(channels):
            left = int(rng.integers(0, 29 - reach.bit_length()))
            bias = int(rng.integers(-(2**28), 2**28))
            shift = int(rng.integers(16, 46))
            lines.append((1, -reach, reach, left, bias, int(rng.integers(16384, 32768)), shift))
        zero = int(rng.integers(256))
        x = rng.integers(-reach, reach + 1, 5 * channels)
        x[0], x[-1] = -reach, reach
        kind = "h" if reach < 2**15 else "i"
        cases.append({"x": x.tolist(), "lines": lines, "zero": zero, "kind": kind})
        q = []
        for i, v in enumerate(x.tolist()):
            _, _, _, left, bias, multiplier, shift = lines[i % channels]
            acc = (v << left) + bias
            high, low = (acc >> 15) * multiplier, (acc & 32767) * multiplier >> 15
            q.append(min(max(zero + (high + low + (1 << shift - 16) >> shift - 15), 0), 255))
        wanted.append([q, [0] * len(q), None])
    for low, high in ((-4, 5), (-5, 4)):
        case = {"x": [0, 5, -5, 0], "lines": [(1, low, high, 0, 0, 32767, 30)], "zero": 7}
        cases.append({**case, "kind": "h"})
        bad = (2, -5) if low == -4 else (1, 5)
        said = f"input {bad[0]} is {bad[1]}, expected {low}.0 to {high}.0"
        wanted.append([[7] * bad[0] + [0] * (4 - bad[0])] * 2 + [said])
    (tmp_path / "run.py").write_text(COUNTS)
    assert printed(tmp_path, tmp_path / "run.py", ("plain", "runtime", "viper"), cases) == wanted


@pytest.mark.parametrize("board", ["pico", "pico2", "esp32", "samd51", "pyboard"])
def test_boards_with_viper_have_it(board: str) -> None:
    """Even if the kernels are in assembly."""
    for features, function in ((("bands", "rms", "crossings"), "squares"), ("raw", "unroll")):
        made = program(features, board=board)
        text = made.module()
        assert f"@micropython.viper\ndef {function}(" in text
        assert "def of_counts(" in text
        assert compile_mpy("gestures", text.encode(), made.board)
    assert "viper" not in program(("rms",), board=board, tier="plain").module()


def test_boards_without_have_it_not() -> None:
    for board in ("generic", "microbit_v2"):
        assert "viper" not in program(("rms",), board=board).module()
