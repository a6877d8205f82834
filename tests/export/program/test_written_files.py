"""Names from a `.json` of a stranger become no path that an export would not have written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.exported import exported
from support.sandboxes import forge

from thumbnet.export import Artifact, check_file_name, load_artifact
from thumbnet.export.program import written_files
from thumbnet.trainer import ThumbnetError

STRANGE = [
    *("../gestures.py", "../../evil.py", "/tmp/evil.py", "./gestures.py", "sub/gestures.py"),
    *("..\\gestures.py", "C:evil.py", "gestures.py\0", "gestures.py\n", "gestures.py ", ""),
    *(".", "..", "Gestures.py", "gestures.PY", "GESTURES.BIN", "gestures.json", "evil.py"),
    *("selftest.py", "rows.jsonl", "gestures.bin/..", "con", "nul.py", "gestures.py::$DATA"),
    *("\u202eyp.serutseg", "~/evil.py", "evil" * 10_000),
]


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return exported(tmp_path, weights="stream")


def refused(path: Path, message: str) -> None:
    with pytest.raises(ThumbnetError, match=message) as caught:
        load_artifact(path)
    said = str(caught.value)
    assert "\n" not in said
    assert said.isprintable()
    assert len(said) < 600


@pytest.mark.parametrize("name", STRANGE)
def test_strange_name_is_refused_before_a_file_is_read(
    name: str, artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumbnet.export.program.artifact.read_files", None)
    sidecar = artifact.path.with_suffix(".json")
    for listed in ({**artifact.digests, name: "0" * 64}, {name: "0" * 64}):
        forge(sidecar, files=listed)
        refused(
            artifact.path,
            r"gestures\.json lists .* no export wrote this, do not use it"
            r"|files is a table of \d+\): export again",
        )


@pytest.mark.parametrize("listed", [[], {}, None, "gestures.py", 3, ["gestures.py"]])
def test_list_that_is_none(listed: Any, artifact: Artifact) -> None:
    forge(artifact.path.with_suffix(".json"), files=listed)
    refused(artifact.path, r"(\(files is .*\)|lists no files of the module): export again")


@pytest.mark.parametrize("digest", [None, 3, "", "0" * 63, "G" * 64, "0" * 64 + "\n", ["0" * 64]])
def test_digest_that_is_none(digest: Any, artifact: Artifact) -> None:
    files = {**artifact.digests, "gestures.bin": digest}
    forge(artifact.path.with_suffix(".json"), files=files)
    refused(artifact.path, r"has no SHA-256 of gestures\.bin: export again")


def test_weights_without_their_module(artifact: Artifact) -> None:
    files = {"gestures.bin": artifact.digests["gestures.bin"]}
    forge(artifact.path.with_suffix(".json"), files=files)
    refused(artifact.path, r"gestures\.py is not from the last export, which wrote gestures\.bin")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("name", ["gestures.py", "gestures.bin"])
def test_link_out_of_the_folder(name: str, artifact: Artifact, tmp_path: Path) -> None:
    part = artifact.path.with_name(name)
    part.rename(tmp_path / "elsewhere")
    part.symlink_to(tmp_path / "elsewhere")
    refused(artifact.path, "is a link out of its folder: put the file itself there")
    part.unlink()
    (tmp_path / "elsewhere").rename(part.with_name("beside"))
    part.symlink_to("beside")
    assert load_artifact(artifact.path).intact


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFOs")
@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "nothing"])
@pytest.mark.parametrize("name", ["gestures.py", "gestures.bin", "gestures.json"])
def test_what_is_no_file(name: str, kind: str, artifact: Artifact) -> None:
    part = artifact.path.with_name(name)
    part.unlink()
    if kind == "fifo":
        os.mkfifo(part)
    elif kind == "folder":
        part.mkdir()
    elif kind == "device":
        part.symlink_to("/dev/zero")
    refused(artifact.path, "no such module|is not next to it|ordinary file|link out|be read: Is a")


def test_file_larger_than_any_flash(artifact: Artifact, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(artifact.files["gestures.bin"])
    monkeypatch.setattr(written_files, "LARGEST", max(map(len, artifact.files.values())))
    assert load_artifact(artifact.path).intact
    artifact.path.with_name("gestures.bin").write_bytes(bytes(written_files.LARGEST + 1))
    assert size <= written_files.LARGEST
    refused(artifact.path, "is larger than the flash of any board")


def test_what_was_checked_is_what_is_used(artifact: Artifact) -> None:
    read = load_artifact(artifact.path)
    for name in artifact.digests:
        artifact.path.with_name(name).write_bytes(b"evil")
    assert read.intact
    assert read.files == artifact.files
    again = load_artifact(artifact.path)
    assert again.edited == [*artifact.digests]
    assert set(again.files.values()) == {b"evil"}


def test_export_removes_only_files_of_its_own_name(artifact: Artifact, tmp_path: Path) -> None:
    folder, sidecar = artifact.path.parent, artifact.path.with_suffix(".json")
    names = ["important.txt", "../outside.txt", "gestures.mpy", "gestures.hex"]
    for name in names:
        (folder / name).write_bytes(b"old")
    document = json.loads(sidecar.read_text())
    document["files"] |= dict.fromkeys(names[:3], written_files.digests({"": b"old"})[""])
    sidecar.write_text(json.dumps(document))
    other = exported(tmp_path, seed=1)
    for name, data in other.files.items():
        (folder / name).write_bytes(data)
    from support.exported import program, rows

    program(1).write(folder, rows(3))
    left = {path.name for path in folder.iterdir()}
    assert left == {"gestures.py", "gestures.json", "important.txt", "gestures.hex"}
    assert (folder / "../outside.txt").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFOs")
def test_export_does_not_wait_for_a_fifo(tmp_path: Path) -> None:
    from support.exported import program, rows

    os.mkfifo(tmp_path / "gestures.json")
    assert program().write(tmp_path, rows(3)).intact
    assert load_artifact(tmp_path / "gestures.py").intact


@pytest.mark.parametrize(
    "name", ["net.py", "net.bin", "a_1__new.mpy", "rows.jsonl", "_x", "Net.hex"]
)
def test_plain_names(name: str) -> None:
    check_file_name(name)


@pytest.mark.parametrize(
    "name", [*STRANGE[:12], "COM1.py", "aux", "a" * 65, "a.b.c", "a-b.py", "é.py"]
)
def test_other_names(name: str) -> None:
    with pytest.raises(ThumbnetError, match="is not a plain file name"):
        check_file_name(name)
