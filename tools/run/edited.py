"""Refuse a module that is not what export wrote, before it runs."""

from __future__ import annotations

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError


def check_intact(artifact: Artifact, force: bool) -> None:
    """Raise ThumbnetError if a file of the module was edited after its export.

    This tells that the files belong together. It does not tell who made them.

    Parameters
    ----------
    artifact
        The module.
    force
        Accept it all the same.

    """
    if not artifact.intact and not force:
        raise ThumbnetError(
            f"{edited(artifact)} (its SHA-256 differs), so it was not run: export again, or run it "
            "with --force"
        )


def edited(artifact: Artifact) -> str:
    """Return which files were edited, in words."""
    paths = [str(artifact.path.with_name(name)) for name in artifact.edited]
    what = "is not the file" if len(paths) == 1 else "are not the files"
    return f"{' and '.join(paths)} {what} that export wrote"
