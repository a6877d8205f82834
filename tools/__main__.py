"""The console script: Ctrl-C is one line from the first moment, while NumPy is still loading."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; return the exit code, 130 after Ctrl-C."""
    try:
        from .cli import main as run

        return run()
    except KeyboardInterrupt:
        print("thumbnet: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
