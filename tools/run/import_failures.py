"""Why a module does not run on a target, and what to do: another tier, another file, more heap."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from thumbnet.export import Artifact, alternatives, estimate_artifact
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..targets import Target
from ..targets.target import SMALLER, CannotImport

PROCESSORS = (
    *("", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)
"""`sys.implementation._mpy >> 10 & 15` -> the -march of mpy-cross; 0 is without native code."""

SAFETY = 1.15
"""Estimates of heap may be a tenth too small, and answering takes some more."""


def check_kind(target: Target, artifact: Artifact) -> None:
    """Raise ThumbnetError if the target does not accept this kind of module."""
    path = artifact.path
    if path.suffix in target.suffixes:
        return
    advice = {
        ".hex": "use --target microbit, or drag it onto the board's MICROBIT drive",
        ".mpy": "export without --mpy",
    }
    raise ThumbnetError(f"{target.name} cannot run {path.name}: {advice[path.suffix]}")


@contextlib.contextmanager
def explain_import_failure(target: Target, artifact: Artifact) -> Iterator[None]:
    """Turn CannotImport into an error that says how much heap is needed, or what to export.

    Raises
    ------
    ThumbnetError
        Instead of CannotImport.

    """
    try:
        yield
    except CannotImport as error:
        line = error.line
        advice = export_advice(target, artifact, line)
        if line["error"] == "MemoryError" and not advice:
            need = heap_needed(artifact, line.get("mpy"))
            ways = heap_advice(target, artifact, need, line.get("heap_before"), line.get("mpy"))
            line = {**line, "need": need, "advice": ways}
        text = f"{line['error']}: {line.get('message', '')} ({advice})"
        why = text if advice else target.explain(line)
        raise ThumbnetError(f"{target.name} cannot import {error.module}: {why}") from None


def heap_needed(artifact: Artifact, mpy: int | None = None) -> int:
    """Return the estimated peak of heap, in bytes, while a module is imported.

    Parameters
    ----------
    artifact
        The module.
    mpy
        `sys.implementation._mpy` of the firmware that imports it; the processor of the artifact's
        board by default.

    """
    return estimate_artifact(artifact, processor(mpy)).import_heap


def heap_advice(
    target: Target, artifact: Artifact, need: int, free: int | None, mpy: int | None = None
) -> list[str]:
    """Return what to export or train instead for the heap of a target: only what suffices.

    Parameters
    ----------
    target, artifact
        Where the module should run, and the module.
    need
        Result of `heap_needed`, in bytes.
    free
        Bytes that are free there before the import; None if the heap is too small even for the
        script that imports the module.
    mpy
        See `heap_needed`.

    """
    if artifact.graph is None:
        return [SMALLER]
    if free is None:
        return [] if target.more_heap else [SMALLER]
    board = artifact.board
    tiers = tuple(tier for tier in board.tiers if not target.tiers or tier in target.tiers)
    there = replace(
        board,
        heap=round(min(need, free) / SAFETY),
        mpy=board.mpy and ".mpy" in target.suffixes,
        tiers=tiers or board.tiers,
        arch=processor(mpy) or board.arch,
    )
    found = alternatives(artifact, there)
    advice = [f"export with {' or '.join(found.options)}"] if found.options else []
    if found.smaller:
        advice.append(SMALLER)
    if not advice and not target.more_heap and found.board:
        advice.append(f"export for a larger board, such as {found.board}")
    return advice


def export_advice(target: Target, artifact: Artifact, line: JsonObject) -> str:
    """Return what to export instead; "" if the export is not at fault.

    Parameters
    ----------
    target, artifact
        Where the import failed, and the module.
    line
        The exception there: {"error": ..., "message": ...}.

    """
    error, message = str(line["error"]), str(line.get("message", "")).lower()
    build, tier = artifact.build, artifact.build.tier.removesuffix("_dsp")
    if target.name == "microbit" and not build.parts:
        return "a micro:bit v1 needs the .hex that export --board microbit writes"
    if target.name == "microbit" and error.startswith(("Syntax", "Name", "Indent", "Import")):
        return "its files are damaged: flash the .hex again"
    if "incompatible .mpy" in message:
        return _mpy_advice(target, artifact, line)
    if "not in mapped flash" in message:
        return "or export with --weights stream"
    missing = "decorator" in message or "'micropython'" in message
    if tier == "plain" or not missing or error not in ("SyntaxError", "ModuleNotFoundError"):
        return ""
    slower = artifact.board.tiers[artifact.board.tiers.index(tier) + 1 :]
    runs = [name for name in slower if not target.tiers or name in target.tiers]
    options = " or ".join(f"--tier {name}" for name in runs)
    return f"it has no compiler for tier {tier}: export with {options or 'another --board'}"


def _mpy_advice(target: Target, artifact: Artifact, line: JsonObject) -> str:
    """Return advice for a .mpy of another processor, or of another version of the format."""
    board = artifact.board
    accepts = processor(line.get("mpy"))
    made = f"{artifact.path.name} is compiled for board {board.name}"
    if accepts and accepts != board.arch:
        made += f" ({board.arch}), but {target.name} is {accepts}"
    return f"{made}: export with the right --board, or without --mpy"


def processor(mpy: int | None) -> str:
    """Return the -march of a firmware, from its `sys.implementation._mpy`; "" if unknown.

    The bits above these four are the extensions of a RISC-V core.
    """
    number = (mpy or 0) >> 10 & 15
    return PROCESSORS[number] if number < len(PROCESSORS) else ""
