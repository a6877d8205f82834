"""`thumbnet boards`: what can be exported for."""

from __future__ import annotations

from thumbnet.export import list_boards

from ..console import Console
from .options import verb


@verb("thumbnet boards")
def command(console: Console) -> None:
    """List the boards that `thumbnet export --board` knows; sizes are bytes."""
    boards = list_boards()
    console.table(
        ["board", "heap", "flash", "tiers", "what it is"],
        [[b.name, f"{b.heap:,}", f"{b.flash:,}", " ".join(b.tiers), b.title] for b in boards],
    )
    console.result(
        {
            "boards": [
                {
                    "name": b.name,
                    "title": b.title,
                    "tiers": list(b.tiers),
                    "heap": b.heap,
                    "flash": b.flash,
                }
                for b in boards
            ]
        }
    )
