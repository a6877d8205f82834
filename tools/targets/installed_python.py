"""What the interpreters on this computer consist of, for a sandbox that shows no more."""

from __future__ import annotations

import re
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

RUN_WHEEL = (
    "import sys; from importlib.util import module_from_spec, spec_from_file_location; "
    "spec = spec_from_file_location('micropython_module', sys.argv[1]); "
    "wheel = module_from_spec(spec); spec.loader.exec_module(wheel); "
    "sys.exit(wheel.run_main(['micropython', *sys.argv[2:]]))"
)
"""What the wheel's own script does, without looking for it in site-packages."""


def python() -> list[str]:
    """Return the command of this Python, isolated from the user and from site-packages.

    It is the one behind a virtual environment: without site-packages both are the same.
    """
    program = Path(getattr(sys, "_base_executable", None) or sys.executable)
    if not program.is_file():
        program = Path(sys.executable)
    return [str(program.resolve()), "-I", "-S", "-B", "-u", "-c"]


def standard_library() -> Path:
    """Return the folder with Python's standard library and its shared library."""
    return Path(sysconfig.get_path("stdlib")).resolve().parent


def find_wheel(program: Path) -> Path | None:
    """Return the extension module of the PyPI wheel if `program` is its script, here installed."""
    spec = find_spec("micropython_module")
    beside = Path(sys.executable).parent
    if spec is None or spec.origin is None or program.parent not in (beside, beside / "Scripts"):
        return None
    return Path(spec.origin).resolve()


def environment_of(script: Path) -> list[Path]:
    """Return what a program of another virtual environment reads, as pipx makes them."""
    root = script.resolve().parent.parent
    try:
        found = re.search(r"^home *= *(.+)$", (root / "pyvenv.cfg").read_text(), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        found = None
    if found is None:
        return [script.resolve()]
    base = Path(found[1].strip()).resolve().parent
    return [root, *filter(Path.exists, (base / "bin", base / "lib"))]
