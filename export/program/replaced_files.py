"""The files of an earlier export that another one replaces."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from thumbnet.trainer import ThumbnetError

from .read_contents import read_document
from .written_files import SUFFIXES, WEIGHTS, digests


def left_behind(sidecar: Path, kept: Mapping[str, str]) -> list[Path]:
    """Return the files of an earlier export that are unchanged and not in `kept`."""
    try:
        old = read_document(sidecar)["files"]
        names = [sidecar.stem + suffix for suffix in (*SUFFIXES, WEIGHTS)]
        there = {name: sidecar.with_name(name) for name in names if name in old}
        return [
            path
            for name, path in there.items()
            if name not in kept
            and path.is_file()
            and digests({name: path.read_bytes()})[name] == old[name]
        ]
    except (OSError, ValueError, ThumbnetError):
        return []
