"""What every target can do: take files, run an on-board script, hand back its JSON lines."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from thumbnet.export.firmware_source import inlined
from thumbnet.trainer import ThumbnetError

if TYPE_CHECKING:
    from thumbnet.export import BoardProfile

JsonObject = dict[str, Any]
Row = Sequence[Any]
"""An input vector; or samples for a `Stream`, each a list."""
Self = TypeVar("Self", bound="Target")


SMALLER = "train a network with fewer hidden units"


class CannotImport(ThumbnetError):
    """A target could not import `module`; `line` is what it said, as `Target.explain` takes it."""

    def __init__(self, text: str, module: str, line: JsonObject) -> None:
        super().__init__(text)
        self.module = module
        self.line = line


class Target(ABC):
    """A place where a generated module runs.

    Use it as a context manager: leaving it removes what was put there.

    Attributes:
        name: what a report calls the target ("unix", "/dev/ttyACM0").
        suffixes: the kinds of modules that can be put there.
        tiers: those that run there, fastest first; empty where that is not known.
        more_heap: what helps at the target itself when its heap is too small; "" if nothing does.
        patience: seconds without a line after which the target is given up.
    """

    name: str
    suffixes: tuple[str, ...] = (".py", ".mpy")
    tiers: tuple[str, ...] = ()
    more_heap: str = ""
    patience: float = 120.0

    @abstractmethod
    def put(self, files: Mapping[str, bytes]) -> None:
        """Write files, by name, where the target imports from."""

    @abstractmethod
    def run(self, script: str, module: str, rows: Iterable[Row]) -> Iterator[JsonObject]:
        """Run a script of firmware/ on a module that was put; yield its lines as they come.

        The first line is the script's "begin", the last its "end", between them is one line per
        row, which may be {"error": ..., "message": ...}.

        Raises:
            CannotImport: the module cannot be imported.
            ThumbnetError: the target stopped answering.
        """

    def stage(self, name: str, files: Mapping[str, bytes]) -> str:
        """Put an artifact's files; return the name under which its module can be imported."""
        self.put(files)
        return name

    def runs_on(self, board: BoardProfile) -> bool:
        """Whether this is the board, as far as can be told."""
        return self.name == board.name

    def close(self) -> None:  # noqa: B027 (not every target has something to let go of)
        """Remove what was put and let go of the target."""

    def explain(self, line: JsonObject) -> str:
        """One readable line for an {"error": ..., "message": ...} of the target.

        Of a MemoryError it has the need ("need": bytes by estimate, which a host knows) and the
        have ("heap_before": bytes free before the import, or "heap_size": all there are), and
        "mends": what else to export or train, where a host knows the model.
        """
        error, message = str(line.get("error")), str(line.get("message", ""))
        text = f"{error}: {message}" if message else error
        if error != "MemoryError":
            return text
        mend = self.mend(line.get("mends"))
        need, have, size = (line.get(key) for key in ("need", "heap_before", "heap_size"))
        if need and have and need <= have:
            which = f"{self.name} has {have:,} bytes of heap and the import needs about {need:,}"
            return f"{text} ({which}: put the files there again, or {mend})"
        sizes = [f"needs about {need:,} bytes to import"] if need else []
        sizes += [f"finds {have:,}{'' if need else ' bytes'}"] if have else []
        sizes += [f"has to share {size:,}{'' if need else ' bytes'}"] if size else []
        which = f", which {' and '.join(sizes)}" if sizes else ""
        text += f" (the heap of {self.name} is too small for this model{which}: {mend})"
        return text

    def mend(self, mends: Sequence[str] | None = None) -> str:
        """What to do about a heap that is too small: what the model can, then what the place can.

        mends: of the model, None where it is not known.
        """
        found = [*([SMALLER] if mends is None else mends), self.more_heap]
        return ", or ".join(filter(None, found)) or SMALLER

    def check_begin(self, line: JsonObject, module: str) -> JsonObject:
        """Return a script's first line, or raise what kept the module from being imported."""
        if "error" in line:
            why = self.explain(line)
            raise CannotImport(f"{self.name} cannot import {module}: {why}", module, line)
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


def firmware_text(script: str) -> str:
    """The source of an on-board script ("selftest", "bench", "install"), or of a kernel."""
    return inlined(Path(str(resources.files("thumbnet.firmware"))) / f"{script}.py")


def parse_line(text: str) -> JsonObject | None:
    """The JSON object of one line of output, or None: a module may print other things."""
    text = text.strip()
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
