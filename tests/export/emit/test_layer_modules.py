"""Modules of every kind of layer on the Unix port: each tier, each place for the weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.layer_models import MODELS, randomized, readings
from support.micropython import needs_micropython
from support.networks import FACTS

from thumbnet.export import Artifact, convert, load_artifact, load_board
from thumbnet.export.emit.module import emit
from thumbnet.export.kernels.build import Build
from thumbnet.export.program.artifact import write_artifact
from thumbnet.export.program.vector_rows import extremes
from thumbnet.export.program.vector_rows import readings as raw
from thumbnet.export.stages.reference import to_counts
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import UnixTarget

BUILDS = [
    Build(),
    Build(lanes=True),
    Build(weights="stream", buffer=64),
    Build("viper"),
    Build("viper", "stream", buffer=64),
]


def artifact(kind: str, bits: int, build: Build, folder: Path) -> Artifact:
    rng = np.random.default_rng(0)
    model = randomized(MODELS[kind](), rng)
    x = readings(model, rng)
    graph = convert(model, x, name="net", bits=bits).graph
    rows = np.array(raw(graph, np.vstack([to_counts(graph, x[:6]), extremes(graph)])))
    files = emit(graph, build, FACTS)
    write_artifact(folder, graph, load_board("unix"), build, files, rows, [], {})
    return load_artifact(folder / "net.py")


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("kind", MODELS)
def test_on_the_unix_port(kind: str, build: Build, bits: int, tmp_path: Path) -> None:
    needs_micropython()
    with UnixTarget("1m") as target:
        verdict = finish(verify(target, artifact(kind, bits, build, tmp_path)))
    assert verdict.ok, verdict.reason()
    assert verdict.equal == 14  # of the extremes each counts again, smallest and largest
