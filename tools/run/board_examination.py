"""What a board has, and which exported modules run there, from what it says of itself."""

from __future__ import annotations

from pathlib import Path

from thumbnet.export import list_boards, load_artifact
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..terminal.wording import INTERPRETERS
from ..transport.serial_board import HOSTED
from .environment import Finding
from .import_failures import heap_needed, processor


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
    profile = board_of(facts)
    known = f"--board {profile}" if profile else "no profile: --board generic, or write your own"
    advice = "" if profile else "docs/boards.md, Your own board in five minutes"
    tiers = emitters(facts)
    found = [
        Finding(port, "ok", f"{python} {facts.get('version')}, {machine} ({known})", advice),
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
    size = _mapped(facts)
    rom = f"{size:,} bytes: `deploy --romfs` puts modules and weights there" if size else "none"
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
        advice = f"export with --board {board_of(facts) or 'generic'}"
        return Finding(name, "note", f"needs the {missing[0]} emitter", advice)
    mapped = sum(len(data) for file, data in artifact.files.items() if file.endswith(".bin"))
    if build.weights == "romfs" and mapped > _mapped(facts):
        what = f"needs {mapped:,} bytes of mapped flash (ROMFS)"
        return Finding(name, "note", what, "export with --weights stream")
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


def board_of(facts: JsonObject) -> str | None:
    """Return the profile for a board; that of one with the same chip if it has none of its own.

    Parameters
    ----------
    facts
        What firmware/probe.py printed there.

    """
    if facts.get("python") == "circuitpython":
        return "circuitpython"
    machine, platform = str(facts.get("machine")), facts.get("platform")
    if platform == "webassembly":
        return "wasm"
    if platform in HOSTED:
        return "unix" if facts.get("viper") is True else "unix_arm64"
    return profile_of(machine) or _same_chip(machine, facts.get("mpy"))


def profile_of(machine: str) -> str | None:
    """Return the board profile for what a firmware says that it runs on; the closest if several."""
    fitting = [board for board in list_boards() if board.machine and board.machine in machine]
    return max(fitting, key=lambda board: len(board.machine)).name if fitting else None


def _same_chip(machine: str, mpy: object) -> str | None:
    """Return the profile with the least heap whose chip has the name that ends `machine`.

    The processor must be the same too: an ESP32C5 has another than an ESP32.
    """
    chip = _chip(machine)
    arch = processor(mpy if isinstance(mpy, int) else None)
    fitting = [
        board
        for board in list_boards()
        if _chip(board.machine) and chip.startswith(_chip(board.machine))
        if arch in ("", board.arch)
    ]
    closest = min(fitting, key=lambda b: (-len(_chip(b.machine)), b.heap), default=None)
    return closest.name if closest else None


def _chip(machine: str) -> str:
    """Return the chip in the name of a board, such as "esp32s3"; "" if it names none."""
    _, link, chip = machine.rpartition("with ")
    return chip.replace("-", "").lower() if link else ""


def _mapped(facts: JsonObject) -> int:
    """Return the bytes of mapped flash."""
    size = facts.get("romfs")
    return size if type(size) is int else 0
