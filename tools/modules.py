"""The files of a module as a user names them: what to call one, and which one is meant."""

from __future__ import annotations

import re
from pathlib import Path

from thumbnet.export import Artifact, load_artifact
from thumbnet.export.program.artifact import SUFFIXES
from thumbnet.export.boards.module_names import LONGEST, check_name
from thumbnet.trainer import ThumbnetError


def name_for(stem: str) -> str:
    """A name that a board can import, made of a file's name without its ending.

    "my-data" becomes "my_data", "2024" becomes "m2024", and "time" "time_net".
    """
    name = re.sub(r"\W", "_", stem, flags=re.ASCII)[:LONGEST]
    if not name[:1].isalpha():
        name = f"m{name}"[:LONGEST]
    try:
        check_name(name)
    except ThumbnetError:  # a keyword, or a module of MicroPython
        return f"{name}_net"
    return name


def load_module(path: Path) -> Artifact:
    """The artifact of a module; its .json is taken for the module beside.

    Raises:
        ThumbnetError: the module or its .json is missing or damaged.
    """
    if path.suffix == ".json":
        beside = (path.with_suffix(suffix) for suffix in SUFFIXES)
        path = next((module for module in beside if module.is_file()), path)
    return load_artifact(path)
