"""The project's pages, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGINE = "docs/engine.md"
PAGES = (
    *("README.md", "CONTRIBUTING.md", ENGINE, "docs/architecture.md", "docs/boards.md"),
    *(
        "docs/layers.md",
        "docs/report.md",
        "docs/sound.md",
        "docs/streams.md",
        "docs/tables.md",
        "SECURITY.md",
    ),
)


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def fences(text: str) -> Iterator[tuple[str, str]]:
    """Language and content of each fenced block, without the indentation of its fence."""
    for found in re.finditer(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.M | re.S):
        indent, language, body = found.groups()
        yield language, re.sub(rf"^{indent}", "", body, flags=re.M)


def blocks(page: str, language: str) -> list[str]:
    return [body for kind, body in fences(read(page)) if kind == language]


def prose(text: str) -> str:
    return re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.M | re.S)


def spans(page: str) -> list[str]:
    """What stands in single backticks, lines joined."""
    return [" ".join(s.split()) for s in re.findall(r"`([^`]+)`", prose(read(page)))]
