"""`thumbnet boards`: the boards that a network can be exported for."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby

from thumbnet.export import BoardProfile, list_boards

from ..terminal.console import Console
from .options import verb

WIDE = 128
"""Width of a terminal, in characters, from which a board takes one line."""


@verb("thumbnet boards")
def command(console: Console) -> None:
    """List the boards that `thumbnet export --board` knows. Sizes are in bytes.

    You can also write your own profile, `--board FILE.toml`: see docs/boards.md.
    """
    boards = list_boards()
    (_lines if console.rich.width >= WIDE else _blocks)(console, boards)
    console.result({"boards": [asdict(board) for board in boards]})


def _lines(console: Console, boards: list[BoardProfile]) -> None:
    """Print a line per board, then how the firmware and the files get there."""
    console.table(
        ["board", "what it is", "processor", "MHz", "heap", "files", "ROMFS", "tiers"],
        [
            [
                b.name,
                b.title,
                b.cpu,
                f"{b.clock // 10**6}",
                f"{b.heap:,}",
                f"{b.flash:,}",
                f"{b.romfs:,}" if b.romfs else "-",
                " ".join(b.tiers),
            ]
            for b in boards
        ],
    )
    console.say()
    ways = groupby(sorted(boards, key=lambda b: b.flashed), lambda b: b.flashed)
    console.table(
        ["board", "how the firmware and the files get there"],
        [[", ".join(b.name for b in group), way] for way, group in ways],
    )


def _blocks(console: Console, boards: list[BoardProfile]) -> None:
    """Print three or four short lines per board, wrapped at the width of the terminal."""
    console.table(
        ["board", "what it is"],
        [
            [
                b.name,
                f"{b.title}: {b.cpu}, {b.clock // 10**6} MHz\n"
                f"heap {b.heap:,}, files {b.flash:,}"
                + (f", ROMFS {b.romfs:,}" if b.romfs else "")
                + f"; {' '.join(b.tiers)}\n{b.flashed}",
            ]
            for b in boards
        ],
    )
