"""Mutation testing: change the code a little, many times over, and list what no test notices.

    python tests/mutants.py [--every N] [FILE ...]

Without files, everything in `[tool.thumbnet.mutants]` of pyproject.toml is mutated. That table says
for each file or folder which tests have to notice; they run without `conftest.py`. cosmic-ray makes
the mutants, in a copy of the project in `.build/mutants`. For each of them a fork of this process,
which has NumPy and pytest loaded, runs the tests: cosmic-ray itself would start a Python each time,
which takes five times as long. So this needs Linux or macOS.

`--every N` runs only every Nth mutant of each file, which bounds the time of a large one.

Every survivor is printed as `file:line` with the lines before and after. It is either equivalent
(no input tells it from the original) or calls for a test. The exit code is 1 if there are any.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
WORK = ROOT / ".build" / "mutants"
TREE = WORK / "tree"
PARTS = ("trainer", "export", "firmware", "tools")
PYTEST = ("-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", "--noconftest")

OPERATORS = re.compile(
    r"core/(ReplaceBinaryOperator_(?!BitOr)\w+_(Add|Sub|Mul|Div)|ReplaceComparisonOperator_\w+"
    r"_(Eq|NotEq|Lt|LtE|Gt|GtE)|ReplaceUnaryOperator_Delete_\w+|ReplaceAndWithOr|ReplaceOrWithAnd"
    r"|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceBreakWithContinue|ReplaceContinueWithBreak"
    r"|NumberReplacer|ZeroIterationForLoop|AddNot)"
)
"""Those of cosmic-ray that people's slips look like; `|` stands in annotations, never computed."""


def targets(files: list[str]) -> dict[str, list[str]]:
    """Return the files to mutate, with the tests that have to notice."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = tomllib.loads(text)["tool"]["thumbnet"]["mutants"]
    found: dict[str, list[str]] = {}
    for source in files or list(table):
        keys = [key for key in table if source == key or source.startswith(f"{key}/")]
        if not keys or not (ROOT / source).exists():
            sys.exit(f"{source}: name a file or folder of these: {', '.join(table)}")
        for path in sorted((ROOT / source).rglob("*.py")) or [ROOT / source]:
            if path.name != "__init__.py":
                found[path.relative_to(ROOT).as_posix()] = table[max(keys, key=len)]
    return found


def copy() -> None:
    """Copy the project, with changes that are not committed, to where it is mutated."""
    shutil.rmtree(TREE, ignore_errors=True)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, TREE / name)
    packages = WORK / "path" / "thumbnet"
    packages.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        (packages / part).unlink(missing_ok=True)
        (packages / part).symlink_to(TREE / part)


def mutants(code: str) -> Iterator[str]:
    """Yield every mutant of a file's text, each once."""
    seen = {code}
    for name in operator_names():
        operator_class = get_operator(name)
        if not OPERATORS.fullmatch(name) or operator_class.arguments():
            continue
        operator = operator_class()
        places = (p for node in ast_nodes(get_ast(code)) for p in operator.mutation_positions(node))
        for occurrence, _ in enumerate(places):
            mutant = mutate_code(code, operator, occurrence)
            if mutant is not None and mutant not in seen:
                seen.add(mutant)
                yield mutant


def passes(tests: list[str], limit: float) -> bool:
    """Run tests in a fork and tell whether all of them pass within so many seconds."""
    child = os.fork()
    if not child:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.setsid()
        try:
            os._exit(int(pytest.main([*PYTEST, *tests])))
        finally:
            os._exit(1)
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def mutate(source: str, tests: list[str], every: int) -> tuple[int, int]:
    """Print the mutants of a file that survive; return how many were run, and how many did.

    every: run only the first of so many mutants.
    """
    path = TREE / source
    code = path.read_text(encoding="utf-8")
    start = time.monotonic()
    if not passes(tests, 600):
        sys.exit(f"{source}: without any mutant, this fails: pytest --noconftest {' '.join(tests)}")
    limit = 5 + 5 * (time.monotonic() - start)
    count = survived = 0
    try:
        for mutant in islice(mutants(code), 0, None, every):
            path.write_text(mutant, encoding="utf-8")
            count += 1
            if passes(tests, limit):
                survived += 1
                print(_shown(source, code, mutant), flush=True)
    finally:
        path.write_text(code, encoding="utf-8")
    print(f"{source}: {survived} of {count} mutants survived", flush=True)
    return count, survived


def _shown(source: str, code: str, mutant: str) -> str:
    diff = list(difflib.unified_diff(code.splitlines(), mutant.splitlines(), n=0, lineterm=""))
    line = diff[2].split()[1].lstrip("-").split(",")[0]
    return "\n    ".join((f"{source}:{line}", *diff[3:]))


def main() -> None:
    """Mutate the files that the command line names, and print the survivors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="files or folders to mutate")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="run every Nth mutant")
    arguments = parser.parse_args()
    chosen = targets(arguments.files)
    copy()
    os.chdir(TREE)
    sys.path[:0] = [str(WORK / "path"), str(TREE / "tests")]
    os.environ.update(OPENBLAS_NUM_THREADS="1", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    sys.dont_write_bytecode = True  # two mutants within a second may have the same size
    for name in ("hypothesis", "numpy"):
        importlib.import_module(name)
    if not any(source.startswith("trainer/") for source in chosen):
        importlib.import_module("thumbnet.trainer")
    counts = [mutate(source, tests, arguments.every) for source, tests in chosen.items()]
    total, survived = (sum(column) for column in zip(*counts, strict=True))
    print(f"{survived} of {total} mutants survived")
    sys.exit(survived > 0)


if __name__ == "__main__":
    main()
