"""Files that are written whole, one set after the other, by several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from thumbnet.trainer import ThumbnetError, check_writable, locked, write_atomically, writing_in
from thumbnet.trainer.files import folder_lock
from thumbnet.trainer.files.atomic import PART

HOLD = """\
import sys, time
from pathlib import Path
from thumbnet.trainer import writing_in
def content(file):
    file.write(b"half")
    file.flush()
    print("there", flush=True)
    time.sleep(60)
with writing_in(Path(".")) as replace:
    replace({"a": b"new", "b": content})
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock, with half of its files written."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def parts(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(PART)]


def test_a_set_is_replaced(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    write_atomically({tmp_path / "a": b"new", tmp_path / "b": lambda file: file.write(b"too")})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a": b"new",
        "b": b"too",
    }


def test_nothing_changes_if_one_cannot_be_written(tmp_path):
    (tmp_path / "a").write_bytes(b"old")

    def full(file):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_atomically({tmp_path / "a": b"new", tmp_path / "b": full})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_names_of_any_length(tmp_path):
    write_atomically({tmp_path / ("x" * 255): b"1"})
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_run_left_is_removed(tmp_path, holder):
    (tmp_path / ".mine.part").write_bytes(b"not of thumbnet")
    assert len(parts(tmp_path)) == 2
    holder.kill()
    holder.wait()
    check_writable(tmp_path / "c")
    assert [path.name for path in tmp_path.iterdir()] == [".mine.part"]


def test_a_process_that_writes_is_waited_for(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(folder_lock, "PATIENCE", 0.1)
    for attempt in (
        lambda: check_writable(tmp_path / "c"),
        lambda: write_atomically({tmp_path / "c": b""}),
        lambda: locked(tmp_path, shared=True).__enter__(),
    ):
        with pytest.raises(ThumbnetError, match=r"in use by another thumbnet, for 0\.1 seconds"):
            attempt()
    assert len(parts(tmp_path)) == 2  # they are in use


def test_a_process_that_stands_still_holds_its_lock(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(folder_lock, "PATIENCE", 0.1)
    os.kill(holder.pid, signal.SIGSTOP)
    with pytest.raises(ThumbnetError, match="end that process"):
        check_writable(tmp_path / "c")


def test_readers_read_at_the_same_time(tmp_path):
    with locked(tmp_path, shared=True), locked(tmp_path, shared=True) as held:
        assert held


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    """Nobody can tell there whose the temporary files are: they stay."""
    import fcntl

    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    left = tmp_path / f".0{PART}"
    left.write_bytes(b"")
    with writing_in(tmp_path) as replace:
        replace({"a": b"1"})
    assert left.exists()
    assert (tmp_path / "a").read_bytes() == b"1"


def test_no_folder(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write_atomically({tmp_path / "no" / "a": b"1"})
