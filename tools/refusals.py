"""What keeps a module from running on a target, and the mend: another tier, another file, heap."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from thumbnet.trainer import ThumbnetError

from .targets import JsonObject, Target
from .targets.base import SMALLER, CannotImport

if TYPE_CHECKING:
    from thumbnet.export import Artifact

# `sys.implementation._mpy >> 10` -> the -march of mpy-cross; 0 is a firmware without native code.
ARCHITECTURES = (
    *("", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)


def check_kind(target: Target, artifact: Artifact) -> None:
    """Raise ThumbnetError if the target cannot take this kind of module at all."""
    path = artifact.path
    if path.suffix in target.suffixes:
        return
    mends = {
        ".hex": "use --target microbit, or drag it onto the board's MICROBIT drive",
        ".mpy": "export without --mpy",
    }
    raise ThumbnetError(f"{target.name} cannot run {path.name}: {mends[path.suffix]}")


@contextlib.contextmanager
def explained(target: Target, artifact: Artifact) -> Iterator[None]:
    """Say more of a module that cannot be imported: the need of heap, what to export instead."""
    try:
        yield
    except CannotImport as error:
        line = error.line
        mend = instead(target, artifact, line)
        if line["error"] == "MemoryError" and not mend:
            need = heap_needed(artifact, line.get("mpy"))
            mends = less_heap(target, artifact, need, line.get("heap_before"), line.get("mpy"))
            line = {**line, "need": need, "mends": mends}
        said = f"{line['error']}: {line.get('message', '')} ({mend})"
        why = said if mend else target.explain(line)
        raise ThumbnetError(f"{target.name} cannot import {error.module}: {why}") from None


def heap_needed(artifact: Artifact, mpy: int | None = None) -> int:
    """The estimated peak of heap while a module is imported.

    Args:
        mpy: `sys.implementation._mpy` of what imports it; its board's processor by default.
    """
    from thumbnet.export.board_fit.estimate import estimate  # emits the module: not at every start

    build, board = artifact.build, artifact.board
    if arch := _arch(mpy):
        board = replace(board, arch=arch)
    kind = (build.weights, artifact.path.suffix == ".mpy", build.lanes)
    return estimate(artifact.graph, board, _tier(artifact), *kind).import_heap


def less_heap(
    target: Target, artifact: Artifact, need: int, have: int | None, mpy: int | None = None
) -> list[str]:
    """What to export or train instead for a target with so much heap; only what is enough.

    Args:
        need: what `heap_needed` says.
        have: bytes that are free there before the import; None where not even the script which
            imports it could say so.
        mpy: as for `heap_needed`.
    """
    if artifact.graph is None:
        return [SMALLER]
    if have is None:
        return [] if target.more_heap else [SMALLER]
    from thumbnet.export.board_fit.suggestions import fewer_weights, larger_board, other_ways
    from thumbnet.export.board_fit.capacity import Request

    graph, board = artifact.graph, artifact.board
    compiled = board.mpy and ".mpy" in target.suffixes
    own = tuple(tier for tier in board.tiers if not target.tiers or tier in target.tiers)
    there = replace(
        board,
        heap=round(min(need, have) / SURE),
        mpy=compiled,
        tiers=own or board.tiers,
        arch=_arch(mpy) or board.arch,
    )
    wish = Request(_tier(artifact), artifact.build.weights, artifact.path.suffix == ".mpy")
    ways = other_ways(graph, there, wish)
    mends = [f"export with {' or '.join(ways)}"] if ways else []
    if fewer_weights(graph, there, wish) is not None:
        mends.append(SMALLER)
    if not mends and not target.more_heap and (other := larger_board(graph, there, wish)):
        mends.append(f"export for a larger board, such as {other}")
    return mends


SURE = 1.15
"""Estimates of heap may be a tenth too small, and to answer takes some more."""


def instead(target: Target, artifact: Artifact, line: JsonObject) -> str:
    """What to export instead, in words; "" where the export is not at fault."""
    error, message = str(line["error"]), str(line.get("message", "")).lower()
    build, tier = artifact.build, _tier(artifact)
    if target.name == "microbit" and not build.parts:
        return "a micro:bit v1 needs the .hex that export --board microbit writes"
    if target.name == "microbit" and error.startswith(("Syntax", "Name", "Indent", "Import")):
        return "its files are not whole: flash the .hex again"
    if "incompatible .mpy" in message:
        return _other_mpy(target, artifact, line)
    if "not in mapped flash" in message:
        return "or export with --weights stream"
    missing = "decorator" in message or "'micropython'" in message
    if tier == "plain" or not missing or error not in ("SyntaxError", "ModuleNotFoundError"):
        return ""
    slower = artifact.board.tiers[artifact.board.tiers.index(tier) + 1 :]
    runs = [name for name in slower if not target.tiers or name in target.tiers]
    mends = " or ".join(f"--tier {name}" for name in runs)
    return f"it has no compiler for tier {tier}: export with {mends or 'another --board'}"


def _other_mpy(target: Target, artifact: Artifact, line: JsonObject) -> str:
    """The advice for a .mpy of another processor, or of another version of the format."""
    board = artifact.board
    takes = _arch(line.get("mpy"))
    made = f"{artifact.path.name} is compiled for board {board.name}"
    if takes and takes != board.arch:
        made += f" ({board.arch}), and {target.name} is {takes}"
    return f"{made}: export with the --board that it is, or without --mpy"


def _arch(mpy: int | None) -> str:
    number = (mpy or 0) >> 10
    return ARCHITECTURES[number] if number < len(ARCHITECTURES) else ""


def _tier(artifact: Artifact) -> str:
    """The tier as profiles call it."""
    return artifact.build.tier.removesuffix("_dsp")
