"""Names and labels from files stay text: in a module, on a page, on a terminal."""

from __future__ import annotations

import ast
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fuzz import cases_readers as cases
from support.fuzzing import ACCEPTED, Case, faults, run
from support.mutators import WORDS

from thumbnet.tools.terminal.wording import printable

HOSTILE = [word for word in WORDS if word.strip("\0\ud800 \n") and len(word) < 1000]


def named(words: list[str], stream: bool = False) -> bytes:
    """A model whose labels, inputs and data set are called so."""
    import json

    description, arrays = cases.opened(cases.model_bytes("stream" if stream else "padded"))
    labels = description["labels"]
    description["labels"] = [words[i % len(words)] + str(i) for i in range(len(labels))]
    names = description["input_spec"]["names"]
    description["input_spec"]["names"] = [words[i % len(words)] for i in range(len(names))]
    description["info"]["dataset"] = description["name"] = words[0]
    if stream:
        description["info"]["stream"]["channels"] = [words[0] + "x", words[-1] + "y"]
    return bytes(cases.forged(json.dumps(description), arrays))


class Shape(ast.NodeTransformer):
    """Leaves the code of a module, without its texts."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, (str, bytes)) else node


def code_of(root: Path, words: list[str], stream: bool) -> str:
    case = Case(("export", "m.npz", "-o", "out", "--name", "net"), {"m.npz": named(words, stream)})
    done = run(case, root)
    assert not faults(done), done
    assert done.verdict == ACCEPTED, done
    text = (root / "case/out/net.py").read_text("utf-8")
    return ast.dump(Shape().visit(ast.parse(text)))


@pytest.mark.parametrize("stream", [False, True])
def test_no_name_becomes_code(tmp_path: Path, stream: bool) -> None:
    expected = code_of(tmp_path, ["a", "b"], stream)
    for word in HOSTILE:
        assert code_of(tmp_path, [word, "b"], stream) == expected, word


class Tags(HTMLParser):
    """Lists the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(name for name, _ in attrs if name.startswith("on"))]


def test_no_name_becomes_markup(tmp_path: Path) -> None:
    words = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}"]
    verb = ("report", "m.npz", "--board", "generic", "-o", "out/page.html")
    done = run(Case(verb, {"m.npz": named(words)}), tmp_path)
    assert not faults(done), done
    page = (tmp_path / "case/out/page.html").read_text("utf-8")
    tags = Tags()
    tags.feed(page)
    assert not {"script", "onerror", "iframe", "object"} & {*tags.found}
    assert "alert(1)" in page
    assert "{{7*7}}0" in page or "{{7*7}}" in page


@pytest.mark.parametrize("word", ["\x1b[31mred", "\x9b2J", "a\rb", "\u202eabc", "\ud800", "\u2028"])
def test_a_terminal_obeys_no_name(word: str) -> None:
    shown = printable(f"label {word}\n")
    assert shown.endswith("\n")
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl") for c in shown[:-1])
    assert "\\" in shown


def test_other_text_is_shown_as_it_is() -> None:
    for text in ("a\tb\n", "wäve", "好", "█▓", "plain"):
        assert printable(text) == text
