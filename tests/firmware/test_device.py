"""The unit tests of the device code, each file on CPython and on the Unix port in a small heap."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.kernel_words import FIRMWARE, WORDS, words_of
from support.micropython import needs_micropython

from thumbnet.tools.targets import find_micropython

DEVICE = Path(__file__).parents[1] / "device"
FILES = sorted(path.stem for path in DEVICE.glob("test_*.py"))
# Only what viper has a file of its own for, and CPython has no viper.
VIPER = ("test_clamps", "test_fully_connected", "test_inputs", "test_layers")
RUNS = [(python, "plain", name) for python in ("cpython", "unix") for name in FILES]
RUNS += [("unix", "viper", name) for name in VIPER]


def run(interpreter: list[str], tier: str, name: str, folder: Path) -> str:
    tiers = dict.fromkeys([tier, "plain", "runtime", "stream"])
    folders = [str(FIRMWARE / folder) for folder in tiers]
    # What the device's files do not repeat: the layouts of p.
    words = {kernel: words_of(kernel, tier).front for kernel in WORDS}
    (folder / "words.py").write_text(f"WORDS = {words!r}\n")
    own = [str(DEVICE), str(folder)]
    # The runner puts each folder before those it has put already.
    command = [*interpreter, str(DEVICE / "run.py"), name, *own, *reversed(folders)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("python", "tier", "name"), RUNS)
def test_device_code(python: str, tier: str, name: str, tmp_path: Path) -> None:
    if python == "unix":
        needs_micropython()
        output = run([str(find_micropython()), "-X", "heapsize=64k"], tier, name, tmp_path)
    else:
        output = run([sys.executable, "-B"], tier, name, tmp_path)
    assert "0 failed" in output, output
    assert f"{count_tests(name)} tests" in output, output


def count_tests(name: str) -> int:
    text = (DEVICE / f"{name}.py").read_text(encoding="utf-8")
    count = text.count("\ndef test_")
    assert count > 0
    return count


def test_a_failing_device_test_is_seen(tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text("def test_it():\n    assert 1 == 2\n")
    command = [sys.executable, str(DEVICE / "run.py"), "test_wrong", str(tmp_path)]
    output = subprocess.run(command, capture_output=True, text=True, timeout=600).stdout
    assert "FAILED test_it AssertionError" in output
    assert "1 tests, 1 failed" in output
