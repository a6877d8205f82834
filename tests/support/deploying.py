"""What the tests of deploying share: boards that are started and closed, and faults on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from thumbnet.export import Artifact
from thumbnet.tools.run.deployment import Deployment, deploy
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets.port import PortTarget
from thumbnet.trainer import ThumbnetError

from .fake_artifact import SOURCE, FakeArtifact
from .micropython import needs_micropython

if TYPE_CHECKING:
    from .pty_board import PtyBoard

NEW = SOURCE.read_bytes()
OLD = b'"""The model that was there."""\n\n\ndef predict(values):\n    return 0\n'


@contextmanager
def boards(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., PtyBoard]]:
    """Give a function that starts a board with some files; all are closed at the end."""
    needs_micropython()
    from .pty_board import PtyBoard  # a pty needs a Unix

    # The fake artifact has no graph from which its heap could be estimated.
    for user in ("deployment", "import_failures"):
        monkeypatch.setattr(f"thumbnet.tools.run.{user}.heap_needed", lambda *of: 4000)
    started: list[PtyBoard] = []

    def start(files: dict[str, bytes] | None = None, **options: Any) -> PtyBoard:
        folder.mkdir()
        for name, data in ({"gestures.py": OLD} if files is None else files).items():
            (folder / name).write_bytes(data)
        board = PtyBoard(folder, **options)
        started.append(board)
        return board

    yield start
    for board in started:
        board.close()


def files(board: PtyBoard) -> dict[str, bytes]:
    """Every file on a board."""
    return {p.name: p.read_bytes() for p in board.folder.iterdir() if p.is_file()}


def run(board: PtyBoard, artifact: Any = None, **options: Any) -> tuple[Deployment, list[str]]:
    """Deploy; give the outcome and what was said."""
    said: list[str] = []
    with PortTarget(board.port) as target:
        done = deploy(artifact or FakeArtifact(), target, report=said.append, **options)
    return done, said


def answers(board: PtyBoard, artifact: Artifact) -> bool:
    """Whether the board's module, whatever it is, answers as the artifact does."""
    with PortTarget(board.port) as target:
        return finish(verify(target, artifact, module=artifact.name)).ok


def refused(
    board: PtyBoard,
    message: str,
    artifact: Any = None,
    error: type[BaseException] = ThumbnetError,
) -> str:
    """Deploy, which must fail with a message and leave exactly the files that were there."""
    before = files(board)
    with pytest.raises(error, match=message) as caught:
        run(board, artifact)
    assert "\n" not in str(caught.value)
    assert files(board) == before
    assert before["gestures.py"] == OLD
    return str(caught.value)


def trigger(board: PtyBoard, text: bytes, action: Callable[[], object]) -> None:
    """Do something when the host has sent a text."""
    seen = bytearray()

    def wire(data: bytes) -> bytes:
        seen.extend(data)
        if text in seen:
            board.wire = lambda data: data
            action()
        return data

    board.wire = wire


def ctrl_c() -> None:
    """As the terminal does it."""
    os.kill(os.getpid(), signal.SIGINT)
