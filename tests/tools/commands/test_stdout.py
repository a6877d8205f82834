"""Where the output cannot go: a full disk, a closed stdout, a reader that went away."""

import os
import subprocess
import sys

import pytest
from support.cli import COMMAND


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGPIPE there")
@pytest.mark.parametrize("arguments", ["boards", "boards --json", "--help"])
@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_closed_pipe_is_quiet(tmp_path, arguments, reader):
    line = f"{' '.join(COMMAND)} {arguments} | {reader}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 141)
    assert done.stderr.startswith("board ") if "--json" in arguments else done.stderr == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full there")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("where", "reason"), [("> /dev/full", "No space left on device"), (">&-", "it is closed")]
)
@pytest.mark.parametrize("arguments", ["boards", "boards --json", "--help", "--version"])
def test_output_that_cannot_be_written(tmp_path, arguments, where, reason, unbuffered):
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(COMMAND)} {arguments} {where}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"thumbnet: cannot write the output: {reason}"
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1 or "--json" in arguments


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full there")
def test_failure_whose_json_cannot_be_written(tmp_path):
    line = f"{' '.join(COMMAND)} verify none.py --json > /dev/full"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "none.py: no such module" in done.stderr
