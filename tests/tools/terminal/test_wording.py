"""Text from files, on a terminal."""

from __future__ import annotations

import pytest

from thumbnet.tools.terminal.console import Console
from thumbnet.tools.terminal.wording import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größer 5 µs\n\tzwei", "größer 5 µs\n\tzwei"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b31m \r\b", r"\x9b31m \r\x08"),
        ("evil\u202egpj.exe", r"evil\u202egpj.exe"),
    ],
)
def test_printable(text: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printable(text) == shown
    console = Console()
    console.say(text)
    console.table(["a"], [[text]])
    out = capsys.readouterr().out
    assert not any(c in out for c in "\x1b\x07\x9b\r\b\u202e")
