"""The console script. Ctrl-C gives one line even while NumPy is still loading."""

from __future__ import annotations

import sys

try:
    from .cli import main as run
except KeyboardInterrupt:
    print("thumbnet: interrupted", file=sys.stderr)
    sys.exit(130)


def main() -> int:
    """Run the command line and return the exit code: 130 after Ctrl-C."""
    try:
        return run()
    except KeyboardInterrupt:
        print("thumbnet: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
