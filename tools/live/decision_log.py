"""Decisions of a board in a file, a JSON line each, so that they can be proved again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject, parse_json_line
from .watching import Decision, prove
from .whole_lines import WholeLines, unwritten

FORMAT = "thumbnet decisions 1"
LONGEST = 1 << 22
"""Bytes of a line."""


class DecisionLog:
    """A log that is written while a board decides; each line is on disk at once.

    Parameters
    ----------
    path
        The file; a log that is there is continued.
    artifact
        The module that decides.

    """

    def __init__(self, path: Path, artifact: Artifact) -> None:
        self.path = path
        self._header = {
            "format": FORMAT,
            "module": artifact.name,
            "sha256": module_digest(artifact),
        }
        if path.exists() and path.stat().st_size:
            _check_same(path, artifact)
        try:
            self._file = WholeLines(path, "a")
        except OSError as error:
            raise self._unwritten(error) from None
        self._labels: tuple[str, ...] | None = None

    def add(self, decision: Decision, labels: tuple[str, ...]) -> None:
        """Write a decision.

        Raises
        ------
        ThumbnetError
            If it cannot be written.

        """
        if self._labels != labels:
            self._labels = labels
            self._write({**self._header, "labels": [*labels]})
        self._write({"at": datetime.now().astimezone().isoformat(), **decision.as_json()})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: JsonObject) -> None:
        try:
            self._file.write(json.dumps(line))
        except OSError as error:
            raise self._unwritten(error) from None

    def _unwritten(self, error: OSError) -> ThumbnetError:
        return ThumbnetError(unwritten(self.path, "file with --log", error))


@dataclass(frozen=True)
class Replayed:
    """A decision of a log, computed again, and the line that it is on."""

    line: int
    decision: Decision


def replay(path: Path, artifact: Artifact) -> Iterator[Replayed]:
    """Compute every decision of a log again.

    Raises
    ------
    ThumbnetError
        If the file is no log, or one of another module.

    """
    _check_same(path, artifact)
    labels: tuple[str, ...] = ()
    for number, line in _lines(path):
        if "format" in line:
            labels = tuple(map(str, line.get("labels", ())))
            continue
        decision = None
        try:
            decision = prove(artifact, line, labels)
        except ThumbnetError as error:
            raise ThumbnetError(f"{path}, line {number}: {error}") from None
        if decision is None:
            raise ThumbnetError(
                f"{path}, line {number}: it is no decision: the file was edited; record it again"
            )
        yield Replayed(number, decision)


def module_digest(artifact: Artifact) -> str:
    """Return the SHA-256 of a module's files."""
    digest = hashlib.sha256()
    for name in sorted(artifact.files):
        digest.update(hashlib.sha256(artifact.files[name]).digest())
    return digest.hexdigest()


def _check_same(path: Path, artifact: Artifact) -> None:
    """Raise ThumbnetError unless a file is a log of this module, throughout."""
    headers = [line for _, line in _lines(path) if "format" in line]
    if not headers or headers[0].get("format") != FORMAT:
        raise ThumbnetError(f"{path} is no log of `thumbnet watch --log`: name such a file")
    if any(one.get("sha256") != module_digest(artifact) for one in headers):
        raise ThumbnetError(
            f"{path} was recorded with another module than {artifact.path}, or with another export "
            "of it: name the module that ran on the board"
        )


def _lines(path: Path) -> Iterator[tuple[int, JsonObject]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            number = 0
            while text := file.readline(LONGEST):
                number += 1
                line = parse_json_line(text)
                if line is not None:
                    yield number, line
                elif text.endswith("\n") and text.strip():
                    raise ThumbnetError(
                        f"{path}, line {number}: it is no log of `thumbnet watch --log`: name such "
                        "a file"
                    )
    except OSError as error:
        raise ThumbnetError(f"cannot read {path}: {error.strerror or error}") from None
