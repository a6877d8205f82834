"""Modules that keep a state: each call continues the one before, and `reset` begins anew."""

from __future__ import annotations

from binascii import crc32
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.asm_thumb import Firmware
from support.imported import imported
from support.micropython import needs_micropython
from support.networks import FACTS, module_text, run_module
from support.streaming import WIDTH, any_order, windows
from support.tflite_files import installed_files

from thumbnet.export import Program, convert_graph, load_board
from thumbnet.export.emit.memory_plan import Plan, check_plan, plan
from thumbnet.export.emit.module import emit
from thumbnet.export.kernels.build import Build
from thumbnet.export.stages.reference import execute
from thumbnet.tools.run.verification import Verdict, finish, verify
from thumbnet.tools.targets import UnixTarget
from thumbnet.trainer import ThumbnetError

BUSY = "busy with another call: make one at a time"


def levels(count: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (count, WIDTH))


def program(data: bytes, **options: Any) -> Program:
    network = imported(data)
    board = load_board("unix")
    return convert_graph(network.graph, network.task, network.layers, board=board, **options)


def run_on_unix(made: Program, folder: Path, rows: Any) -> Verdict:
    needs_micropython()
    artifact = made.write(folder, rows)
    with UnixTarget() as target:
        return finish(verify(target, artifact))


@pytest.mark.parametrize("seed", range(40))
def test_any_order(seed: int) -> None:
    graph = imported(any_order(seed)).graph
    rows = levels(5, seed)
    want = execute(graph, rows, ["scores"])["scores"].tolist()
    module = run_module(module_text(graph))
    for _ in range(2):
        assert [module["scores"](row) for row in rows.tolist()] == want
        if graph.states:
            module["reset"]()
        else:
            assert "reset" not in module
            assert "STATES" not in module


@pytest.mark.parametrize("weights", ["module", "stream"])
@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_each_call_is_a_step(tier: str, weights: str, tmp_path: Path) -> None:
    made = program(windows(), tier=tier, weights=weights)
    verdict = run_on_unix(made, tmp_path, levels(20))
    assert verdict.ok, verdict.reason()
    # A row at the ends for each of four patterns; the answers are the scores and the states.
    assert verdict.integers == 24 * (len(made.scores(levels(1))[0]) + 1)


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["plain", "viper"])
def test_micro_wake_word(tier: str, tmp_path: Path) -> None:
    made = program(installed_files()["okay_nabu"].read_bytes(), tier=tier)
    rows = np.random.default_rng(0).integers(0, 256, (150, 120))
    rows[75:] = rows[75:] // 8
    verdict = run_on_unix(made, tmp_path, rows)
    assert verdict.ok, verdict.reason()


def test_a_wrong_state_is_noticed(tmp_path: Path) -> None:
    made = program(windows(), tier="plain")
    artifact = made.write(tmp_path, levels(3))
    text = artifact.path.read_text(encoding="utf-8")
    edited = text.replace("        initial = INITIAL[k]\n", "        initial = INITIAL[0]\n")
    assert edited != text
    artifact.files[artifact.path.name] = edited.encode()
    needs_micropython()
    with UnixTarget() as target:
        verdict = finish(verify(target, artifact, force=True))
    assert "states" in {difference.key for difference in verdict.differences}


def test_check_covers_the_first_values_and_not_the_state() -> None:
    graph = imported(windows()).graph
    module = run_module(module_text(graph))
    module["scores"](levels(1)[0].tolist())
    module["check"]()
    first, *rest = module["INITIAL"]
    module["INITIAL"] = (bytes([first[0] ^ 1]) + first[1:], *rest)
    with pytest.raises(ValueError, match="is damaged"):
        module["check"]()


def test_no_reset_within_a_call() -> None:
    module = run_module(module_text(imported(windows()).graph))

    class Nested(list[int]):
        def __iter__(self) -> Any:
            module["reset"]()
            return super().__iter__()

    with pytest.raises(RuntimeError, match=BUSY):
        module["predict"](Nested([1, 2, 3]))


def test_equal_bytes_are_written_once() -> None:
    graph = imported(windows()).graph
    initial = (np.full(9, 7, np.uint8), np.tile([1, 2, 3], 4).astype(np.uint8))
    pairs = zip(graph.states, initial, strict=True)
    states = tuple(replace(state, initial=levels) for state, levels in pairs)
    module = run_module(module_text(replace(graph, states=states)))
    assert module["INITIAL"] == (b"\x07", b"\x01\x02\x03")
    places = [module["ARENA"][at : at + size].tobytes() for at, size in module["STATES"]]
    assert places == [b"\x07" * 9, b"\x01\x02\x03" * 4]


@pytest.mark.parametrize("build", [Build(), Build("viper")])
def test_a_state_shares_its_memory_with_nothing(build: Build) -> None:
    graph = imported(windows()).graph
    made = plan(graph, build)
    owners: dict[int, set[str]] = {}
    for name in made.offsets.keys() & graph.tensors.keys():
        at = made.offsets[name]
        for place in range(at, at + int(np.prod(graph.tensors[name].shape))):
            owners.setdefault(place, set()).add(name)
    for state in graph.states:
        at = made.offsets[state.before]
        pair = {state.before, state.after}
        assert all(owners[k] == pair for k in range(at, at + len(state.initial)))
    state = graph.states[0]
    apart = {**made.offsets, state.after: made.size}
    with pytest.raises(ThumbnetError, match="lie in two places"):
        check_plan(graph, Plan(made.size + 100, apart), build)
    other = next(name for name in made.offsets if name not in {state.before, state.after})
    shared = {**made.offsets, other: made.offsets[state.before]}
    with pytest.raises(ThumbnetError, match="share memory while alive"):
        check_plan(graph, Plan(made.size + 100, shared), build)


def test_not_on_a_microbit() -> None:
    network = imported(windows())
    with pytest.raises(ThumbnetError, match="keeps a state from one call to the next, which"):
        convert_graph(
            network.graph, network.task, network.layers, board=load_board("microbit")
        ).files()


@pytest.mark.emulated
@pytest.mark.parametrize(("tier", "arch"), [("thumb", "armv6m"), ("thumb_dsp", "armv7em")])
def test_thumb(tier: str, arch: str, tmp_path: Path) -> None:
    graph = imported(windows()).graph
    (tmp_path / "net.py").write_bytes(emit(graph, Build(tier), FACTS)["net.py"])
    module = Firmware(tmp_path / "net.py", arch, crc32=crc32)
    rows = levels(12)
    want = execute(graph, rows, ["scores"])["scores"].tolist()
    for _ in range(2):
        assert [module.scores(row) for row in rows.tolist()] == want
        module.reset()
