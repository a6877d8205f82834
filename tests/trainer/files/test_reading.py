"""Files that a user names: only those that are files, and fit in memory."""

import os
from pathlib import Path

import pytest

from thumbnet.trainer import ThumbnetError
from thumbnet.trainer.files.reading import read_bytes


def refusal(path: Path | str) -> str:
    with pytest.raises(ThumbnetError) as caught:
        read_bytes(path, 10)
    return str(caught.value).removeprefix(f"{path}: ")


def test_as_much_as_fits(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"0123456789")
    assert read_bytes(file, 10) == b"0123456789"
    file.write_bytes(b"0123456789a")
    assert refusal(file) == (
        "has more than 0 MB, the most that is read: make it smaller, or several of it"
    )


def test_what_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "is a folder, expected a file"
    assert refusal(tmp_path / "a").startswith("no such file")
    assert refusal("a\0b") == "'a\\x00b' is not the name of a file: check it"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        special = "is a pipe, a socket or a device, expected a file: save the data to one first"
        assert refusal(tmp_path / "pipe") == special
        assert refusal("/dev/zero") == special


def test_a_file_that_says_it_is_empty() -> None:
    if Path("/proc/self/status").exists():  # Linux has such files
        assert b"VmHWM" in read_bytes("/proc/self/status", 10**6)
