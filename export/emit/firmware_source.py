"""Read `firmware/`: cut functions and classes out of its files, in the order of their imports.

The files follow these conventions:
- a public UPPER-CASE assignment is a literal of an example network; the exporter replaces it;
- a private one (`_EXP_1`) belongs to the code and is copied unchanged;
- `from forward import forward` means that functions of this file need functions of that file;
- `from fragments.sums import sums` means that the call `sums()` stands for the lines of that
  function, which assembly kernels share;
- any other import (`micropython`, `array`, `sys`) is of a MicroPython module and is also copied.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True)
class SourceFile:
    """One file of `firmware/`, split into its parts."""

    name: str
    literals: tuple[str, ...]
    """Names that the exporter has to provide."""

    imports: tuple[tuple[str, str], ...]
    """(file, function) that this file uses from other files; no function means the whole file."""

    system: tuple[str, ...]
    """Import lines for MicroPython's own modules, unchanged."""

    text: str
    """The functions, classes and private constants; docstrings are comments."""

    arrays: tuple[tuple[str, str], ...]
    """Private arrays that are made when the module is imported: name and expression."""


def assemble(
    roots: list[str], folders: tuple[str, ...], replace: dict[str, str]
) -> list[SourceFile]:
    """Return `roots` and the files that they import, each once, after the files that it imports.

    Parameters
    ----------
    roots
        File names without `.py`.
    folders
        Folders of `firmware/` to search; the first that contains a file wins.
    replace
        Files that replace others with the same functions, such as
        `{"levels": "sensors"}`.

    """
    ordered: dict[str, SourceFile] = {}

    def visit(name: str) -> None:
        name = replace.get(name, name)
        if name in ordered:
            return
        source = read_source(folders, name)
        for needed, _ in source.imports:
            visit(needed)
        ordered[name] = source

    for root in roots:
        visit(root)
    return list(ordered.values())


def firmware_text(name: str) -> str:
    """Read the source of a script on the board or of a kernel.

    Parameters
    ----------
    name
        Its path in `firmware/` without `.py`: "selftest", "thumb/conv".

    Returns
    -------
    str
        MicroPython source, with the lines of its fragments.

    """
    return inlined(Path(str(files("thumbnet.firmware"))) / f"{name}.py")


@lru_cache
def read_source(folders: tuple[str, ...], name: str) -> SourceFile:
    """Read and split one file of `firmware/`; raise FileNotFoundError if no folder has it."""
    root = Path(str(files("thumbnet.firmware")))
    for folder in folders:
        path = root / folder / f"{name}.py"
        if path.is_file():
            return _take_apart(name, inlined(path))
    raise FileNotFoundError(f"firmware has no {name}.py in {', '.join(folders)}")


def inlined(path: Path) -> str:
    """Return the text of a file of `firmware/`, each call of a fragment replaced by its lines."""
    text = path.read_text(encoding="utf-8")
    for line, name in re.findall(r"^(from fragments\.(\w+) import \2\n)", text, re.M):
        fragment = (path.parent / "fragments" / f"{name}.py").read_text(encoding="utf-8")
        _, _, lines = fragment.partition(f"def {name}():\n")
        text = text.replace(line, "").replace(f"    {name}()\n", lines)
    return text


@lru_cache
def firmware_files() -> frozenset[str]:
    """Return the names of all files of `firmware/`, without `.py`."""
    root = files("thumbnet.firmware")
    return frozenset(
        path.name[:-3]
        for folder in root.iterdir()
        if folder.is_dir()
        for path in folder.iterdir()
        if path.name.endswith(".py")
    )


def _without_docstrings(text: str) -> str:
    """Return the text with the docstrings of functions and classes as comments.

    A board drops docstrings after it has parsed them, but until then they take heap.
    """
    lines = text.splitlines()
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    # The last comes first: the lines before it keep their numbers.
    for node in sorted(nodes, key=lambda node: -node.lineno):
        document, first = ast.get_docstring(node), node.body[0]
        if document is not None:
            indent = " " * first.col_offset
            comments = [f"{indent}# {line}".rstrip() for line in document.splitlines()]
            lines[first.lineno - 1 : first.end_lineno] = comments
    return "\n".join(lines) + "\n"


def _take_apart(name: str, text: str) -> SourceFile:
    text = _without_docstrings(text)
    lines = text.splitlines()
    origins: dict[str, str] = {}
    literals: list[str] = []
    system: list[str] = []
    kept: list[str] = []
    called: set[str] = set()
    whole: set[str] = set()
    arrays: list[tuple[str, str]] = []
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.ImportFrom) and statement.module in firmware_files():
            origins.update({alias.name: str(statement.module) for alias in statement.names})
        elif isinstance(statement, ast.Import) and statement.names[0].name in firmware_files():
            whole.add(statement.names[0].name)
            origins[statement.names[0].name] = statement.names[0].name
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            system.append(ast.unparse(statement))
        elif isinstance(statement, ast.Try):  # an import that some Pythons lack
            kept.append(_cut(lines, statement))
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            called.update(n.id for n in ast.walk(statement) if isinstance(n, ast.Name))
            kept.append("\n\n" + _cut(lines, statement))
        elif isinstance(statement, ast.Assign):
            (target,) = statement.targets
            assert isinstance(target, ast.Name)
            if target.id.startswith("_"):
                called.update(n.id for n in ast.walk(statement) if isinstance(n, ast.Name))
                kept.append(_cut(lines, statement))
                if ast.unparse(statement.value).startswith("array("):
                    arrays.append((target.id, ast.unparse(statement.value)))
            else:
                literals.append(target.id)
    imports = tuple(
        (module, "" if symbol in whole else symbol)
        for symbol, module in origins.items()
        if symbol in called
    )
    code = "\n".join(kept).strip("\n")
    return SourceFile(name, tuple(literals), imports, tuple(system), code, tuple(arrays))


def _cut(lines: list[str], statement: ast.stmt) -> str:
    """Return the lines of the statement and the comment lines directly above it."""
    first = statement.lineno - 1
    if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.decorator_list:
        first = statement.decorator_list[0].lineno - 1
    while first > 0 and lines[first - 1].startswith("#"):
        first -= 1
    text = "\n".join(lines[first : statement.end_lineno])
    return text.removesuffix("  # fmt: skip")
