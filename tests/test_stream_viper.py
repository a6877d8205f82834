"""Features in viper: the integers of the plain ones, of any window."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.micropython import needs_micropython
from support.streams import program

from thumbnet.export.mpy import compile_mpy
from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import StreamSettings
from thumbnet.trainer.features import compute, sines
from thumbnet.trainer.stream import FEATURES, MOST_COUNTS

ROOT = Path(__file__).parents[1]


def answers(folder: Path, tier: str, cases: list[dict[str, Any]]) -> list[Any]:
    needs_micropython()
    (folder / "cases.json").write_text("\n".join(map(json.dumps, cases)))
    places = [ROOT / "firmware" / name for name in ("runtime", "plain", "stream")]
    if tier == "viper":
        places.append(ROOT / "firmware" / "viper")
    script = str(ROOT / "tests" / "device" / "features_of.py")
    command = [str(find_micropython()), "-X", "heapsize=1m", script, "cases.json"]
    done = subprocess.run(
        [*command, *map(str, places)], cwd=folder, capture_output=True, text=True, timeout=120
    )
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
            made = StreamSettings(window, 1, ("x",), 1.0, (1,), reach, FEATURES, bands)
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


@pytest.mark.parametrize("board", ["pico", "pico2", "esp32", "samd51", "pyboard"])
def test_boards_with_viper_have_it(board: str) -> None:
    """Also where the kernels are in assembly."""
    for features, function in ((("bands", "rms", "crossings"), "squares"), ("raw", "unroll")):
        made = program(features, board=board)
        text = made.module()
        assert f"@micropython.viper\ndef {function}(" in text
        assert compile_mpy("gestures", text.encode(), made.board)
    assert "viper" not in program(("rms",), board=board, tier="plain").module()


def test_boards_without_have_it_not() -> None:
    for board in ("generic", "microbit_v2"):
        assert "viper" not in program(("rms",), board=board).module()
