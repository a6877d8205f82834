"""What every target can do: take files, run an on-board script, return its JSON lines."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TypeVar

from thumbnet.export import BoardProfile, check_file_name
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..transport import sandbox
from ..transport.row_snippets import Row as Row

Self = TypeVar("Self", bound="Target")

SMALLER = "train a network with fewer hidden units"
"""The advice that helps against every heap that is too small."""


class CannotImport(ThumbnetError):
    """A target could not import `module`; `line` is its answer, as `Target.explain` takes it."""

    def __init__(self, text: str, module: str, line: JsonObject) -> None:
        super().__init__(text)
        self.module = module
        self.line = line


class Target(ABC):
    """A place where a generated module runs.

    Use a target as a context manager: leaving it removes what was put there.

    Attributes
    ----------
    name
        How reports name the target ("unix", "/dev/ttyACM0").
    suffixes
        The kinds of modules that the target accepts.
    tiers
        The tiers that run there, the fastest first; empty if unknown.
    more_heap
        How to get more heap at the target itself; "" if there is no way.
    patience
        Seconds without a line before the target is given up.
    sandboxes
        Whether its modules run in a sandbox, where there is one.
    sandbox
        True or False: only in the sandbox, or never; None: wherever there is one.

    """

    name: str
    suffixes: tuple[str, ...] = (".py", ".mpy")
    tiers: tuple[str, ...] = ()
    more_heap: str = ""
    patience: float = 120.0
    sandboxes: bool = False
    sandbox: bool | None = None

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write files, by name, to where the target imports from.

        Raises
        ------
        ThumbnetError
            If a name is no plain file name, or a file cannot be written.

        """
        for name in files:
            check_file_name(name)
        self._put(files)

    @abstractmethod
    def _put(self, files: Mapping[str, bytes]) -> None:
        """Write files whose names are checked."""

    @abstractmethod
    def run(self, script: str, module: str, rows: Iterable[Row]) -> Iterator[JsonObject]:
        """Run an on-board script on a module; yield its lines as they arrive.

        Parameters
        ----------
        script
            Name of a script in `firmware/`.
        module
            Name of a module that was put on the target.
        rows
            The inputs.

        Yields
        ------
        JsonObject
            First the script's "begin" line, then one line for each row, last the "end" line. A
            row may fail: {"error": ..., "message": ...}.

        Raises
        ------
        CannotImport
            If the module cannot be imported.
        ThumbnetError
            If the target stops answering.

        """

    def stage(self, name: str, files: Mapping[str, bytes]) -> str:
        """Put an artifact's files on the target; return the name to import its module by."""
        self.put(files)
        return name

    @property
    def sandboxed(self) -> bool:
        """Whether a module runs in the sandbox."""
        return self.sandboxes and self.sandbox is not False and sandbox.missing() is None

    def rights(self) -> str:
        """Return what a module can do on the target, in words."""
        if not self.sandboxes:
            return f"with everything that {self.name} can do"
        if self.sandboxed:
            return "in a sandbox: without network, processes or files but its own"
        why = "" if self.sandbox is False else f" ({(sandbox.missing() or ('',))[0]})"
        return f"without a sandbox{why}: it can do all that you can"

    def runs_on(self, board: BoardProfile) -> bool:
        """Return whether the target is this board, as far as can be told."""
        return self.name == board.name

    def close(self) -> None:  # noqa: B027 (not every target holds something)
        """Remove what was put on the target, and release it."""

    def explain(self, line: JsonObject) -> str:
        """Return one readable line for an exception on the target.

        Parameters
        ----------
        line
            {"error": ..., "message": ...}. For a MemoryError it may also hold "need" (estimated
            bytes to import), "heap_before" (bytes free before the import), "heap_size" (the whole
            heap) and "advice" (list of what to export or train instead).

        """
        error, message = str(line.get("error")), str(line.get("message", ""))
        text = f"{error}: {message}" if message else error
        if error != "MemoryError":
            return text
        advice = self.heap_advice(line.get("advice"))
        need, free, size = (line.get(key) for key in ("need", "heap_before", "heap_size"))
        if need and free and need <= free:
            sizes = (
                f"{self.name} has {free:,} bytes of free heap and the import needs about {need:,}"
            )
            return f"{text} ({sizes}: put the files there again, or {advice})"
        sizes = f", which needs about {need:,} bytes to import" if need else ""
        unit = "" if need else " bytes"
        if free:
            sizes += f"; it has {free:,}{unit} free"
        if size:
            sizes += f"; it has {size:,}{unit} in all"
        return f"{text} (the heap of {self.name} is too small for this model{sizes}: {advice})"

    def heap_advice(self, advice: Sequence[str] | None = None) -> str:
        """Return what to do about a heap that is too small.

        Parameters
        ----------
        advice
            What to export or train instead; None if the model is unknown.

        """
        found = [*([SMALLER] if advice is None else advice), self.more_heap]
        return ", or ".join(filter(None, found)) or SMALLER

    def check_begin(self, line: JsonObject, module: str) -> JsonObject:
        """Return a script's first line, with only the facts that are what they must be.

        Raises
        ------
        CannotImport
            If it reports an exception.
        ThumbnetError
            If it is not the script's.

        """
        line = {key: value for key, value in line.items() if _is_fact(key, value)}
        if "error" in line:
            why = self.explain(line)
            raise CannotImport(f"{self.name} cannot import {module}: {why}", module, line)
        if not line.keys() >= {"begin", "python", "version"}:
            raise ThumbnetError(f"{self.name}: {module} printed something else than its answers")
        return line

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _is_fact(key: str, value: object) -> bool:
    """Return whether a value in a script's first line has the type that it should have."""
    if key in ("begin", "error", "message", "damage", "platform", "clock"):
        return isinstance(value, str)
    if key in ("python", "version"):
        return isinstance(value, str) and re.fullmatch(r"[\w.+ -]{1,40}", value) is not None
    return value is None or (type(value) is int and value >= 0)
