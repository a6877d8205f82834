"""The files of `thumbnet train`: what can be written, and what it may resume from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from thumbnet.trainer import ThumbnetError, check_writable


def check_paths(data: str, output: Path, state: Path, resume: bool) -> None:
    """Raise ThumbnetError before a long training if its files cannot be written or read."""
    if output.suffix != ".npz":
        raise ThumbnetError(f"-o {output}: a model is saved as .npz: name it {output.stem}.npz")
    for option, path in (("-o", output), ("--checkpoint", state)):
        _check_path(option, path)
        if path.exists() and Path(data).exists() and path.samefile(data):
            raise ThumbnetError(f"{option} {path} is the data itself: choose another name")
    if resume and not state.exists():
        raise ThumbnetError(
            f"there is no checkpoint {state} to resume from: train without --resume"
        )


def _check_path(option: str, path: Path) -> None:
    """Raise ThumbnetError before a long training if a file cannot be written after it."""
    if not path.parent.is_dir():
        raise ThumbnetError(f"{option} {path}: there is no folder {path.parent}: create it first")
    if path.is_dir():
        raise ThumbnetError(f"{option} {path} is a folder: add the name of a file in it")
    try:
        check_writable(path)
    except OSError as error:
        raise ThumbnetError(
            f"{option} {path} cannot be written ({error.strerror}): choose another folder"
        ) from None


def modified(path: Path) -> int | None:
    """Return when a file was written; None if there is none."""
    return path.stat().st_mtime_ns if path.exists() else None


def how_to_resume(state: Path, resume: bool, before: int | None) -> str:
    """Return what an interrupted training has kept, in words, and how to go on."""
    if not resume and modified(state) == before:
        return "there is no checkpoint yet, so nothing is kept"
    arguments = [a for a in click.get_current_context().find_root().obj if a != "--resume"]
    line = shlex.join(["thumbnet", *arguments, "--resume"])
    return f"the last checkpoint is kept: continue with `{line}`"
