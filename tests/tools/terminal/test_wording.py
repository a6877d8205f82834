"""Text from files, on a terminal."""

from __future__ import annotations

import pytest

from thumbnet.tools.terminal.console import Console
from thumbnet.tools.terminal.wording import harmless


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größer 5 µs\n\tzwei", "größer 5 µs\n\tzwei"),
        ("\x1b[2J\x1b]0;title\x07", "?[2J?]0;title?"),
        ("\x9b31m \r\b", "?31m ??"),
        ("evil\u202egpj.exe", "evil?gpj.exe"),
    ],
)
def test_harmless(text: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert harmless(text) == shown
    console = Console()
    console.say(text)
    console.table(["a"], [[text]])
    out = capsys.readouterr().out
    assert not any(c in out for c in "\x1b\x07\x9b\r\b\u202e")
