"""Modules of every kind of layer in the Thumb tiers, their assembly on an emulated core."""

from __future__ import annotations

import ast
from binascii import crc32
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from support.asm_thumb import Firmware
from support.kernel_words import FIRMWARE
from support.layer_models import MODELS, randomized, readings
from support.networks import FACTS
from support.sharp import sharp
from support.xnnpack_cases import CONVOLUTIONS as XNNPACK

from thumbnet.export import convert
from thumbnet.export.emit.module import emit
from thumbnet.export.graph.graph import Graph
from thumbnet.export.kernels.build import Build
from thumbnet.export.program.vector_rows import extremes
from thumbnet.export.program.vector_rows import readings as raw
from thumbnet.export.stages.reference import execute, to_counts
from thumbnet.trainer import Activation, Add, Conv1D, Dense, Flatten, Input, Model

pytestmark = pytest.mark.emulated

ARCHS = {"thumb": "armv6m", "thumb_dsp": "armv7em"}
ROWS = 2


def curve_of_a_sum() -> Model:
    """A curve that is part of no other layer."""
    x = Input((6, 3))
    a = Activation("tanh")(Add()([Conv1D(3, 3, padding="same")(x), x]))
    return Model(x, Dense(3, "softmax")(Flatten()(a)))


KINDS = {**MODELS, "curve of a sum": curve_of_a_sum}


@cache
def network(kind: str, bits: int) -> tuple[Graph, np.ndarray]:
    """A graph, and counts for it: some of its readings, and the extremes."""
    rng = np.random.default_rng(0)
    model = randomized(KINDS[kind](), rng)
    x = readings(model, rng)
    graph = convert(model, x, name="net", bits=bits).graph
    return graph, np.vstack([to_counts(graph, x[:ROWS]), extremes(graph)])


def text_of(kind: str, bits: int, build: Build, folder: Path) -> Path:
    """The module, written."""
    graph, _ = network(kind, bits)
    for name, data in emit(graph, build, FACTS).items():
        (folder / name).write_bytes(data)
    return folder / "net.py"


def differences(path: Path, build: Build, kind: str, bits: int) -> list[str]:
    """What the module answers otherwise than the reference."""
    graph, counts = network(kind, bits)
    wanted = execute(graph, counts)
    module = Firmware(path, ARCHS[build.tier], __file__=str(path), crc32=crc32)
    found = []
    rows = raw(graph, counts)
    for row, values in enumerate(rows):
        if module.scores(values) != wanted["scores"][row].tolist():
            found.append(f"scores of row {row}")
    # Bytecode makes these of the scores, the same for every row.
    shares = wanted["probabilities"][0].tolist() if "probabilities" in wanted else None
    if shares is not None and module.probabilities(rows[0]) != shares:
        found.append("probabilities")
    if np.ravel(module.predict(rows[0])).tolist() != wanted["prediction"][0].ravel().tolist():
        found.append("prediction")
    if build.weights == "stream":
        module._FILE.close()
    return found


BUILDS = sharp(
    list(product(ARCHS, ("module", "stream"), (8, 4))),
    # Every two of a tier, a place and a width meet.
    [
        ("thumb", "module", 8),
        ("thumb", "stream", 4),
        ("thumb_dsp", "module", 4),
        ("thumb_dsp", "stream", 8),
    ],
)


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: "-".join(map(str, build)))
@pytest.mark.parametrize("kind", KINDS)
def test_every_integer_is_equal(kind: str, build: tuple[str, str, int], tmp_path: Path) -> None:
    tier, weights, bits = build
    # Small: the layers go through it in several pieces.
    made = Build(tier, weights, buffer=64)
    assert differences(text_of(kind, bits, made, tmp_path), made, kind, bits) == []


@pytest.mark.parametrize("tier", ARCHS)
def test_every_kernel_is_run(tier: str, tmp_path: Path) -> None:
    """All that `firmware/thumb` has are in these modules, as assembly."""
    found = set()
    for kind in KINDS:
        for bits in (8, 4):
            tree = ast.parse(text_of(kind, bits, Build(tier), tmp_path).read_text())
            found |= {
                node.name
                for node in tree.body
                if isinstance(node, ast.FunctionDef)
                and any("asm_thumb" in ast.unparse(d) for d in node.decorator_list)
            }
    # The text takes levels, whose file has the function `fill`.
    files = {path.stem for path in (FIRMWARE / "thumb").glob("*.py")}
    # No network here is imported.
    imported = {"add_xnnpack", "average_pool_tflite", *XNNPACK}
    # Nor does one take sound: `test_thumb_sound*.py` do.
    sound = {path.stem for path in (FIRMWARE / "sound").glob("*.py")}
    assert found == files - {"levels"} - imported - sound | {"fill"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bits", [8, 4])
def test_one_changed_weight_is_seen(kind: str, bits: int, tmp_path: Path) -> None:
    """The byte that matters most: the largest weight of the last layer."""
    build = Build("thumb")
    path = text_of(kind, bits, build, tmp_path)
    text = path.read_text()
    tree = ast.parse(text)
    literals = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    last = max((name for name in literals if name[0] == "W" and name[1:].isdigit()), key=natural)
    data = bytearray(ast.literal_eval(literals[last]))
    data[0] ^= 0x7F
    changed = text.replace(ast.get_source_segment(text, literals[last]) or "", repr(bytes(data)))
    assert changed != text
    path.write_text(changed)
    assert any(d.startswith("scores") for d in differences(path, build, kind, bits))


def natural(name: str) -> int:
    return int(name[1:])
