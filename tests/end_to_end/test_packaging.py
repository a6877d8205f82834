"""The files that `pip install .` installs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.emulated

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of all files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    # A copy: setuptools leaves a build folder behind.
    source = folder / "source"
    skip = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests")
    shutil.copytree(ROOT, source, ignore=skip)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("thumbnet-*.whl")
    return zipfile.ZipFile(path).namelist()


def test_only_thumbnet_at_the_top(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"thumbnet"}


def test_every_source_file_is_shipped(wheel: list[str]) -> None:
    for part in ("trainer", "export", "tools", "firmware"):
        for path in (ROOT / part).rglob("*.py"):
            relative = path.relative_to(ROOT)
            assert f"thumbnet/{relative.as_posix()}" in wheel


def test_data_is_shipped(wheel: list[str]) -> None:
    for name in (
        "trainer/datasets/digits.npz",
        "trainer/py.typed",
        "export/boards/profiles/generic.toml",
        "export/boards/profiles/unix.toml",
        "tools/report/templates/report.css",
        "tools/report/templates/report.html",
    ):
        assert f"thumbnet/{name}" in wheel
    assert any(name.endswith("entry_points.txt") for name in wheel)
    assert not any("/tests/" in name for name in wheel)
