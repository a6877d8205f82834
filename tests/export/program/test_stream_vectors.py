"""The samples that `verify` and `bench` push through a `Stream` test its features and its ring."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.micropython import needs_micropython
from support.streams import model, program, windows

from thumbnet.export import convert
from thumbnet.export.board_fit.estimate import estimate
from thumbnet.export.program.stream_vectors import KINDS
from thumbnet.tools.run.estimates import compare_estimates
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import UnixTarget

ALL = ("mean", "deviation", "rms", "crossings", "bands")


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize("features", ["raw", ALL], ids=["raw", "all"])
def test_windows_are_verified_and_timed(features, tier: str, tmp_path: Path) -> None:
    needs_micropython()
    made = program(features, board="unix", tier=tier)
    artifact = made.write(tmp_path)
    with UnixTarget("2m") as target:
        verdict = finish(verify(target, artifact))
        assert verdict.ok, verdict.reason()
        assert verdict.inputs == 4 + KINDS
        measured = bench(target, artifact, rows=2)
    assert measured.us_per_decision is not None
    expected = estimate(made.graph, made.board, tier, "module").decision
    assert expected is not None
    assert compare_estimates(artifact, measured).estimated["us_per_decision"] == round(
        expected * 1e6, 2
    )
    assert measured.us_per_decision / 10 < expected * 1e6 < measured.us_per_decision * 10


@pytest.mark.parametrize(
    ("features", "right", "wrong"),
    [
        (ALL, "y[at] = spread(x, average(x))", "y[at] = spread(x, average(x)) + 1"),
        (ALL, "gather(ring, c, at, gather(", "gather(ring, c, at - at, gather("),
        ("raw", "i = at\n    while i < size:", "i = at\n    while i < size - 1:"),
        ("raw", "        q += zero\n", "        q += zero - 1\n"),
    ],
)
def test_a_wrong_window_is_found(features, right: str, wrong: str, tmp_path: Path) -> None:
    """`predict` is right; only the windows reveal the fault."""
    needs_micropython()
    artifact = program(features, board="unix", tier="viper").write(tmp_path)
    text = artifact.files[artifact.path.name].decode()
    assert text.count(right) == 1
    changed = {artifact.path.name: text.replace(right, wrong).encode()}
    artifact = replace(artifact, files={**artifact.files, **changed})
    with UnixTarget("2m") as target:
        verdict = finish(verify(target, artifact, force=True))
    assert verdict.answered == verdict.inputs
    assert 4 <= verdict.equal < verdict.inputs
    assert verdict.differences[0].row >= 4


def test_counts_of_another_resolution(tmp_path: Path) -> None:
    """With another `resolution`, counts of the ring are converted on the slower path."""
    needs_micropython()
    first = program("raw", board="unix", tier="viper")
    assert "def of_counts" in first.module()
    made = convert(
        model("raw"), windows("raw").x, name="net", board="unix", tier="viper", resolution=0.1
    )
    assert "def of_counts" not in made.module()
    with UnixTarget("2m") as target:
        verdict = finish(verify(target, made.write(tmp_path)))
    assert verdict.ok, verdict.reason()
    assert verdict.inputs == 4 + KINDS
