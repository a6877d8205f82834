"""What a board has, and which exported modules run there, from what it says of itself."""

from __future__ import annotations

from pathlib import Path

from thumbnet.export import list_boards, load_artifact
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..terminal.wording import INTERPRETERS
from .environment import Finding
from .import_failures import heap_needed


def examine_board(port: str, facts: JsonObject) -> list[Finding]:
    """Return a finding for each part of a board.

    Parameters
    ----------
    port
        Where it is.
    facts
        What firmware/probe.py printed there.

    """
    python = INTERPRETERS.get(str(facts.get("python")), str(facts.get("python")))
    machine = facts.get("machine") or facts.get("platform") or "unknown"
    profile = profile_of(str(machine))
    known = f"--board {profile}" if profile else "no profile: export with --board generic"
    tiers = emitters(facts)
    found = [
        Finding(port, "ok", f"{python} {facts.get('version')}, {machine} ({known})"),
        Finding("emitters", "ok" if len(tiers) > 1 else "note", ", ".join(tiers)),
    ]
    free = facts.get("heap_free")
    if isinstance(free, int):
        found.append(Finding("free heap", "ok", f"{free:,} bytes"))
    files = facts.get("files")
    if isinstance(files, list) and len(files) == 2:
        size, left = files
        state = "ok" if left else "note"
        advice = "" if left else "remove files there"
        found.append(Finding("file system", state, f"{left:,} of {size:,} bytes free", advice))
    rom = "there: `export --weights romfs` reads weights in place" if facts.get("romfs") else "none"
    found.append(Finding("mapped flash (ROMFS)", "ok", rom))
    return found


def examine_module(path: Path, facts: JsonObject) -> Finding:
    """Return whether an exported module runs on a board: the state is "ok" if it does.

    Parameters
    ----------
    path
        The module, or its `.json`.
    facts
        What firmware/probe.py printed there.

    """
    try:
        artifact = load_artifact(path)
    except ThumbnetError as error:
        return Finding(str(path), "note", "it cannot be read", str(error))
    build, name = artifact.build, str(artifact.path)
    needs = {build.tier.removesuffix("_dsp"), *(["viper"] if build.viper else [])}
    missing = sorted(needs - {*emitters(facts)})
    if missing:
        advice = f"export with --board {profile_of(str(facts.get('machine'))) or 'generic'}"
        return Finding(name, "note", f"needs the {missing[0]} emitter", advice)
    mpy, free = facts.get("mpy"), facts.get("heap_free")
    if artifact.mpy and mpy is None:
        return Finding(name, "note", "this firmware imports no .mpy", "export without --mpy")
    need = heap_needed(artifact, mpy if isinstance(mpy, int) else None)
    if isinstance(free, int) and need > free:
        advice = "export with --weights stream or --mpy, or train a smaller network"
        return Finding(name, "note", f"its import needs about {need:,} bytes of heap", advice)
    return Finding(name, "ok", f"runs there: its import needs about {need:,} bytes of heap")


def emitters(facts: JsonObject) -> list[str]:
    """Return the tiers that a board runs, the fastest first."""
    return [tier for tier in ("thumb", "viper") if facts.get(tier) is True] + ["plain"]


def profile_of(machine: str) -> str | None:
    """Return the board profile for what a firmware says that it runs on; the closest if several."""
    fitting = [board for board in list_boards() if board.machine and board.machine in machine]
    return max(fitting, key=lambda board: len(board.machine)).name if fitting else None
