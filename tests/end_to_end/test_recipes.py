"""The recipes of docs/architecture.md work as written: for a toy operation and a toy board."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.micropython import needs_micropython
from support.pages import ROOT, spans
from support.recipes import PAGE, Copy, recipe

PATH = re.compile(r"(?:trainer|export|firmware|tools|tests|docs)/[\w./{},*-]*")


def test_every_file_that_the_page_names_exists() -> None:
    named = {span for span in spans(PAGE) if PATH.fullmatch(span)}
    assert len(named) > 60
    for path in named:
        if "NAME" in Path(path).name:
            assert list(ROOT.glob(path.replace("NAME", "*"))), path
        else:
            assert (ROOT / path).exists(), path


def test_a_recipe_is_read() -> None:
    assert recipe("A board") == ["export/boards/profiles/NAME.toml"]
    with pytest.raises(AssertionError, match="no recipe"):
        recipe("A coffee")


LAYER = '''"""`Negate`: every number with its sign changed."""

from __future__ import annotations

from ..autograd.tensor import Tensor
from .layer import Layer


class Negate(Layer):
    """y = -x."""

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Compute -x."""
        return -x
'''

OPERATION = '''"""Negate: every number with its sign changed, at the scale of the input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

from ..graph.arithmetic import ACTIVATION_MAX, Ints
from ..graph.graph import Graph, Node
from ..kernels.build import Build
from ..kernels.call import Call
from ..kernels.kernel import Kernel
from ..quantizer.builder import Builder
from .operation import Floats, Operation, Steps

NEGATE = Kernel("negate", ("n", "x_at", "y_at"))


class Negate(Operation):
    """`-x`."""

    name = "negate"
    layers = {"Negate": "negative"}
    named_as_layer = True
    float_attributes = frozenset()
    integer_attributes = {}
    kernels = (NEGATE,)

    def lower(self, layer: Any) -> Steps:
        """Return the operation."""
        return [(self.name, {})]

    def float_forward(self, *inputs: Floats, **attributes: Any) -> Floats:
        """Return `-x`."""
        return -inputs[0]

    def quantize(self, builder: Builder, node: Node) -> None:
        """Add the operation: the scale stays, and the zero point is reflected."""
        scale, zero_point = builder.source(node)
        out = replace(builder.floats.tensors[node.output], dtype="uint8")
        out = replace(out, scale=scale, zero_point=ACTIVATION_MAX - zero_point)
        builder.add(Node(self.name, node.inputs, out.name, {}), out)

    def needs_zero(self, node: Node, known: set[str]) -> bool:
        """The input holds zero if and only if the output does."""
        return node.output in known

    def integer_forward(self, *inputs: Ints, **attributes: Any) -> Ints:
        """Return `255 - q`."""
        return ACTIVATION_MAX - inputs[0]

    def shape_faults(self, graph: Graph, node: Node) -> Iterator[str]:
        """Yield two tensors of different sizes."""
        source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
        if prod(source.shape) != prod(target.shape):
            yield f"{source.shape} does not become {target.shape}"

    def calls(self, graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
        """Return the one call."""
        (source,), target = node.inputs, node.output
        n = prod(graph.tensors[source].shape)
        words = {"n": n, "x_at": places.get(source, 0), "y_at": places.get(target, 0)}
        return [Call(NEGATE, source, target, NEGATE.head(words))]


OPERATIONS: tuple[Operation, ...] = (Negate(),)
'''

PLAIN = '''"""Every number with its sign changed, in plain bytecode."""


# p: n, x_at, y_at.
def negate(x, w, y, p):
    """Write 255 - q for each q of x into y. w is unused."""
    n, source, target = p
    for i in range(n):
        y[target + i] = 255 - x[source + i]
'''

VIPER = '''"""Every number with its sign changed, in viper."""

import micropython


# p: n, x_at, y_at.
@micropython.viper
def negate(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write 255 - q for each q of x into y. w is unused."""
    n = p[0]
    x_at = p[1]
    y_at = p[2]
    x = ptr8(int(x) + x_at)
    y = ptr8(int(y) + y_at)
    last = int(x) + n
    while int(x) != last:
        y[0] = 255 - x[0]
        x = ptr8(int(x) + 1)
        y = ptr8(int(y) + 1)
'''

NEW_FILES = {
    "trainer/layers/negate.py": LAYER,
    "export/ops/negate.py": OPERATION,
    "firmware/plain/negate.py": PLAIN,
    "firmware/viper/negate.py": VIPER,
}

NEW_LINES = {
    "trainer/layers/registry.py": {
        "from .normalization import BatchNormalization": "from .negate import Negate",
        "        Concatenate,": "        Negate,",
    },
    "trainer/__init__.py": {
        "from .layers.normalization import BatchNormalization": "from .layers.negate import Negate",
        '    "Normalization",': '    "Negate",',
    },
    "export/ops/__init__.py": {
        "    pool,": "    negate,",
        "    *add.OPERATIONS,": "    *negate.OPERATIONS,",
    },
}

IN_BYTECODE = {
    '"""Kernels that the thumb tiers run as plain bytecode."""': 'IN_BYTECODE |= {"negate"}',
}

USE_OPERATION = """
import json
import sys

import numpy as np

from thumbnet.export import convert, load_artifact
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import open_target
from thumbnet.trainer import Dense, Negate, Sequential, load_model

rng = np.random.default_rng(0)
model = Sequential([Dense(8, "tanh"), Negate(), Dense(6), Negate(), Dense(3, "softmax")], seed=1)
model.build((5,))
model.save("toy.npz")
x = rng.normal(0, 1, (60, 5))
found = {"folder": sys.modules["thumbnet.trainer"].__file__}
for tier in ("plain", "viper"):
    program = convert(load_model("toy.npz"), x, name="toy", board="unix", tier=tier)
    path = program.write(tier, x, np.zeros(len(x), int)).path
    with open_target("unix") as target:
        verdict = finish(verify(target, load_artifact(path)))
    found[tier] = {
        "ops": [node.op for node in program.graph.nodes],
        "kernel": ("@micropython.viper\\ndef negate(" in path.read_text()),
        "rows": [verdict.equal, verdict.inputs],
        "differences": [str(one) for one in verdict.differences],
    }
print(json.dumps(found))
"""


def test_an_operation(tmp_path: Path) -> None:
    needs_micropython()
    copy = Copy(tmp_path)
    for path, text in NEW_FILES.items():
        copy.add(path, text)
    for path, lines in NEW_LINES.items():
        copy.insert(path, lines)
    assert copy.touched() == {p.replace("NAME", "negate") for p in recipe("An operation")}
    found = json.loads(copy.run(USE_OPERATION))
    assert Path(found["folder"]).is_relative_to(tmp_path)
    for tier in ("plain", "viper"):
        assert found[tier]["ops"].count("negate") == 2
        assert found[tier]["kernel"] == (tier == "viper")
        assert found[tier]["differences"] == []
        equal, rows = found[tier]["rows"]
        assert equal == rows >= 60
    copy.add_tests()
    copy.insert("tests/firmware/test_kernel_words.py", IN_BYTECODE)
    said = copy.run_tests(
        "tests/firmware/test_kernel_words.py", "tests/export/ops/test_operations.py"
    )
    assert "negate" in said
    assert "failed" not in said


BOARD = """\
title = "A toy"
cpu = "cortex-m4"
clock = 64_000_000
ram = 131_072
heap = 60_000
flash = 200_000
tiers = ["thumb", "viper", "plain"]
arch = "armv7emsp"
dsp = true
"""

USE_BOARD = """
import json

import numpy as np

from thumbnet.export import convert, list_boards, load_artifact
from thumbnet.trainer import Dense, Sequential

model = Sequential([Dense(8, "relu"), Dense(3, "softmax")], seed=1)
model.build((5,))
x = np.random.default_rng(0).normal(0, 1, (60, 5))
program = convert(model, x, name="toy_net", board="toy")
artifact = load_artifact(program.write("out", x, np.zeros(len(x), int)).path)
found = {
    "boards": [board.name for board in list_boards()],
    "board": artifact.board.title,
    "tier": artifact.build.tier,
    "text": artifact.path.read_text(),
}
print(json.dumps(found))
"""


def test_a_board(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.add("export/boards/profiles/toy.toml", BOARD)
    assert copy.touched() == {p.replace("NAME", "toy") for p in recipe("A board")}
    found = json.loads(copy.run(USE_BOARD))
    assert "toy" in found["boards"]
    assert (found["board"], found["tier"]) == ("A toy", "thumb_dsp")
    assert "@micropython.asm_thumb" in found["text"]
