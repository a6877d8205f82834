"""A few hundred hostile files, the same each time: what `make fuzz` does with 20,000.

Hypothesis makes the random decisions of the mutators, so a failure is shrunk to the fewest changes
of a good file. Coverage-guided fuzzing (Atheris) needs its own build of CPython's extensions, and
most of the code here is NumPy's and zlib's, which it cannot see.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from fuzz.campaign import sources
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.fuzzing import ACCEPTED, REFUSED, Case, faults, run

CORPUS = Path(__file__).parent / "corpus"
SOURCES = sources()
STEADY = settings(derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    with suppress(ImportError):  # the first of a computer looks for all its fonts
        importlib.import_module("thumbnet.tools.report.page")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        yield Path(folder)


@pytest.mark.parametrize("name", SOURCES)
@examples(120, STEADY)
@given(random=st.randoms(use_true_random=False))
def test_no_file_does_harm(root: Path, name: str, random: Random) -> None:
    done = run(SOURCES[name](random), root)
    assert not faults(done), done
    assert done.verdict in (ACCEPTED, REFUSED)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*")), ids=lambda path: path.name)
def test_what_once_did_harm(root: Path, path: Path) -> None:
    """Files that found a fault, each with the verb in its name."""
    verb, _, name = path.name.partition("-")
    more = {"report": ("-o", "out/page.html"), "export": ("-o", "out"), "compare": ()}
    arguments = (verb, name, *more.get(verb, ("-o", "out/m.npz", "--epochs", "2")))
    case = Case(arguments, {name: path.read_bytes()})
    assert not faults(run(case, root))
