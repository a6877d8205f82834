"""How much a child process may take: memory, time, files."""

from __future__ import annotations

import sys
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

FILE = 16 << 20
"""Bytes of the largest file that it may write: what it says on stderr goes to one."""

OPEN = 64
"""Files that it may have open at once."""


@dataclass(frozen=True)
class Limits:
    """Limits of a child process; None means none.

    Attributes
    ----------
    seconds
        Time on a processor.
    memory
        Bytes of address space.
    data
        Bytes of memory that can be written; for programs that reserve more addresses than memory.

    """

    seconds: float
    memory: int | None = None
    data: int | None = None

    def values(self) -> list[tuple[int, tuple[int, int]]]:
        """Return the arguments of each `setrlimit`; none on Windows, which has no such limits."""
        if sys.platform == "win32":
            return []
        wanted = {
            "RLIMIT_CPU": int(self.seconds) + 2,
            "RLIMIT_AS": self.memory,
            "RLIMIT_DATA": self.data,
            "RLIMIT_FSIZE": FILE,
            "RLIMIT_NOFILE": OPEN,
            "RLIMIT_CORE": 0,
        }
        found = []
        for name, value in wanted.items():
            kind = getattr(resource, name, None)
            if kind is not None and value is not None:
                most = resource.getrlimit(kind)[1]
                value = value if most == resource.RLIM_INFINITY else min(value, most)
                # A second later the kernel kills what ignores its signal.
                soft = value - 1 if name == "RLIMIT_CPU" else value
                found.append((kind, (soft, value)))
        return found
