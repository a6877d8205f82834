"""The documentation is accurate: quoted code, commands, links and names."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest
from support.fused import program
from support.pages import ENGINE, PAGES, ROOT, blocks, prose, read, spans

from thumbnet.export import load_board
from thumbnet.tools.cli import VERBS, cli
from thumbnet.trainer import ThumbnetError

FOLDERS = "trainer|export|firmware|tools|tests|docs"
KERNEL = "firmware/thumb/fully_connected.py"
IN_HEX = re.compile(r"(\w+\.py), in a micro:bit's \.hex")
IN_MODULE = re.compile(r"a module: --board (\w+), ([\d-]+)")
EACH_PAGE = pytest.mark.parametrize("page", PAGES)


# Quoted code


@cache
def source(title: str) -> str | None:
    """The source of a block that begins with this comment; None for an ordinary comment."""
    if re.fullmatch(rf"({FOLDERS})/\S+\.py", title):
        return read(title)
    if found := IN_HEX.fullmatch(title):
        from thumbnet.export.emit.header import Facts
        from thumbnet.export.microbit.module_files import emit_files

        made = program(784, 16, 10, board="microbit")
        return emit_files(made.graph, made.build, Facts(board="microbit", version=""))[
            found[1]
        ].decode()
    if found := IN_MODULE.fullmatch(title):
        return program(*map(int, found[2].split("-")), board=found[1]).module()
    return None


def quoted(body: str) -> tuple[str | None, str]:
    title, _, rest = body.partition("\n")
    return (source(title[2:]) if title.startswith("# ") else None), rest


def place(rest: str, text: str) -> int:
    """The line of the text where these lines begin; -1 if they are not in it."""
    lines, wanted = text.splitlines(), rest.splitlines()
    starts = range(len(lines) - len(wanted) + 1)
    return next((k for k in starts if lines[k : k + len(wanted)] == wanted), -1)


def test_what_is_no_piece_is_seen() -> None:
    text = "one\n  two\nthree\n"
    assert place("  two\nthree\n", text) == 1
    for other in ("one\nthree\n", "two\n", "  two \n", "three\nfour\n"):
        assert place(other, text) == -1


@EACH_PAGE
def test_quotes_are_pieces_of_their_files(page: str) -> None:
    quotes = [pair for pair in map(quoted, blocks(page, "python")) if pair[0] is not None]
    for text, rest in quotes:
        assert rest.strip(), "an empty quote"
        assert place(rest, str(text)) >= 0, f"not a piece of its file:\n{rest}"
    assert page != ENGINE or len(quotes) >= 20


def test_the_whole_kernel_is_shown() -> None:
    """In order, except the loop of four outputs and all but the first input of the other."""
    text, shown, last = read(KERNEL), set[int](), 0
    for body in blocks(ENGINE, "python"):
        if body.startswith(f"# {KERNEL}"):
            _, rest = quoted(body)
            at = place(rest, text)
            assert at >= last, rest
            last = at + len(rest.splitlines())
            shown.update(range(at, last))
    lines = text.splitlines()
    hidden = [lines[k].strip() for k in range(min(shown), len(lines)) if k not in shown]
    end = hidden.index("b(SUMS)")
    assert (hidden[0], hidden[end + 1]) == ("label(FOUR)", "label(ZERO0)")
    assert hidden[-1] == "label(LAST3)"


@EACH_PAGE
def test_other_python_is_python(page: str, tmp_path: Path) -> None:
    for body in blocks(page, "python"):
        if quoted(body)[0] is not None:
            continue
        ast.parse(body)
        if page == ENGINE or "from thumbnet" in body:
            command = [sys.executable, "-c", body]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, body + done.stderr


# Commands


def check_command(line: str, whole: bool) -> None:
    """Raise AssertionError or click.UsageError if there is no such command.

    whole: the command is complete; in a sentence it need not be.
    """
    first, *words = shlex.split(line.replace(".venv/bin/", ""), comments=whole)
    if re.match(r"[A-Z_]+=", first):  # a variable of the environment
        first, *words = words
    if first in ("python", "micropython") and words[:1] == ["-m"]:
        _python(words[1], [] if words[1] == "venv" else words[2:])
    elif first == "thumbnet":
        _thumbnet(words, whole)
    elif first == "make":
        _make(words)
    elif first == "pip":
        extras = re.findall(r"\[([\w,]+)\]", line)
        assert set(",".join(extras).split(",")) - {""} <= extra_names(), line
    elif first == "pytest":
        paths = [word.partition("::")[0] for word in words if "/" in word]
        assert all((ROOT / path).exists() for path in paths), line
    elif first == "cp":
        assert (ROOT / words[0]).is_file(), line
    else:
        assert first in (".", "cd", "npm", "apt", "micropython") or not whole, line


def _thumbnet(words: list[str], whole: bool) -> None:
    if not words or words[0] == "--help":
        return
    assert words[0] in VERBS, f"no verb {words[0]}"
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None
    try:
        context = command.make_context(words[0], [w for w in words[1:] if w != "--help"])
    except click.MissingParameter:
        assert not whole, f"thumbnet {' '.join(words)}: something is missing"
        context = command.make_context(words[0], [*words[1:], "x"])
    board = context.params.get("board")
    if isinstance(board, str) and not (board.isupper() or board.endswith(".toml")):
        load_board(board)


def _python(module: str, words: list[str]) -> None:
    assert importlib.util.find_spec(module.removesuffix(".…")), f"no module {module}"
    if words:
        command = [sys.executable, "-m", module, "--help"]
        said = subprocess.run(command, capture_output=True, text=True).stdout
        assert all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in words), said


def _make(words: list[str]) -> None:
    text = read("Makefile")
    for word in words:
        name, equals, value = word.partition("=")
        wanted = rf"^{name} \?=" if equals else rf"^{name}:"
        assert re.search(wanted, text, re.M), f"make {word}"
        if name == "EXTRAS":
            assert set(value.split(",")) <= extra_names(), word


def extra_names() -> set[str]:
    _, _, rest = read("pyproject.toml").partition("[project.optional-dependencies]")
    return set(re.findall(r"^(\w+) = \[", rest.partition("\n[")[0], re.M))


@EACH_PAGE
def test_commands_exist(page: str) -> None:
    for body in blocks(page, "sh"):
        for line in filter(None, map(str.strip, body.splitlines())):
            check_command(line, whole=True)
    for span in spans(page):
        if re.match(r"(thumbnet|make|python -m|pip|pytest|cp) ?", span) and " " in span:
            check_command(span, whole=False)


WRONG = """
thumbnet exprot a.npz
thumbnet export a.npz --bord pico
thumbnet export a.npz --tier fast
thumbnet export a.npz --board nothing
thumbnet export
thumbnet verify a.py b.py
make coffee
make test EXTRAS=test,nothing
pip install '.[nothing]'
python -m thumbnet.nothing
python -m thumbnet.tools.benchmark --fast
pytest tests/test_nothing.py
cp export/boards/profiles/nothing.toml a.toml
rm -rf build
"""


@pytest.mark.parametrize("line", WRONG.split("\n")[1:-1])
def test_a_wrong_command_is_seen(line: str) -> None:
    with pytest.raises((AssertionError, click.UsageError, ThumbnetError)):
        check_command(line, whole=True)


# Links and names


def anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", prose(text), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@EACH_PAGE
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(read(page))):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (ROOT / page).parent / path if path else ROOT / page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), target


@EACH_PAGE
def test_files_and_variables_exist(page: str) -> None:
    for span in spans(page):
        for path in re.findall(rf"(?<![\w./])(?:{FOLDERS})/[\w./*]*", span):
            # NAME stands for any file.
            assert list(ROOT.glob(path.rstrip("./").replace("NAME", "*") or ".")), path
    files = [p for part in ("trainer", "tools", "tests") for p in (ROOT / part).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    for name in re.findall(r"THUMBNET_\w+", read(page)):
        assert name in code, name
