"""Edited modules and those of strangers, from the command line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from support.cli import last_json, thumbnet
from support.exported import exported
from support.micropython import needs_micropython
from support.sandboxes import forge, needs_sandbox


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with an exported module."""
    return exported(tmp_path).path.parent


@pytest.mark.parametrize("verb", ["verify", "bench", "deploy"])
def test_an_edited_module_is_not_run(own: Path, verb: str) -> None:
    module = own / "gestures.py"
    ran = own / "it ran"
    module.write_text(module.read_text() + f"open({str(ran)!r}, 'w').close()\n")
    edited = "gestures.py is not the file that export wrote"
    where = "--port /dev/null" if verb == "deploy" else "--target cpython --no-sandbox"
    done = thumbnet(f"{verb} gestures.py {where} --json", own)
    assert done.returncode == 1
    assert done.stderr == (
        f"thumbnet: {edited} (its SHA-256 differs), so it was not run: export again, or run it "
        "with --force\n"
    )
    assert not ran.exists()
    if verb == "deploy":
        return
    done = thumbnet(f"{verb} gestures.py {where} --json --force", own)
    assert done.returncode == 0
    assert f"{edited}: --force runs it without a sandbox: it can do all that you can" in done.stderr
    assert last_json(done)["intact"] is False
    assert ran.exists()


@pytest.mark.parametrize("verb", ["verify", "bench"])
def test_module_of_a_stranger(own: Path, verb: str) -> None:
    """Its digests are right: only the sandbox keeps it from what is not its own."""
    needs_sandbox()
    needs_micropython()
    sidecar = own / "gestures.json"
    text = f"open({str(own / 'it wrote')!r}, 'w').close()\n"
    module = sidecar.with_suffix(".py")
    module.write_text(module.read_text() + text)
    forge(sidecar, files={"gestures.py": hashlib.sha256(module.read_bytes()).hexdigest()})
    for target in ("cpython", "unix"):
        done = thumbnet(f"{verb} gestures.py --target {target} --sandbox", own)
        assert done.returncode == 1
        assert done.stderr.startswith(f"thumbnet: {target} cannot import gestures: ")
        assert len(done.stderr.splitlines()) == 1
        assert not (own / "it wrote").exists()
    forge(sidecar, files={"../it wrote": "0" * 64})
    done = thumbnet(f"{verb} gestures.py", own)
    assert "no export wrote this, do not use it" in done.stderr
    assert not (own / "it wrote").exists()
