"""The argument of verbs that take what `thumbnet export` wrote."""

from __future__ import annotations

import shlex
from pathlib import Path

from thumbnet.export import Artifact, load_artifact
from thumbnet.importers import FORMATS
from thumbnet.trainer import ThumbnetError


def load_module(path: Path) -> Artifact:
    """Return the module that `thumbnet export` wrote.

    Raises
    ------
    ThumbnetError
        If the file is a network, which is no module yet, or no module.

    """
    if path.suffix.lower() in (".npz", *FORMATS) and path.is_file():
        raise ThumbnetError(
            f"{path} is a network, not a module: run `thumbnet export {shlex.quote(str(path))}` "
            "first, and name the module that it writes"
        )
    return load_artifact(path)
