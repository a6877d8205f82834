"""What `thumbnet doctor` says of packages that only some verbs need."""

from __future__ import annotations

import pytest

from thumbnet.tools.run import environment


def test_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "missing", lambda: None)
    assert {f.what: f for f in environment.examine()}["sandbox for modules"].state == "ok"
    monkeypatch.setattr(environment, "missing", lambda: ("no bubblewrap", "install it"))
    assert {f.what: f for f in environment.examine()}["sandbox for modules"] == environment.Finding(
        "sandbox for modules",
        "note",
        "no bubblewrap: verify and bench run modules with your rights, within limits",
        "install it",
    )


def test_with_and_without_the_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_version", lambda package: "1.2.3")
    found = {finding.what: finding for finding in environment.examine()}
    assert found["matplotlib"] == environment.Finding("matplotlib", "ok", "1.2.3")
    monkeypatch.setattr(environment, "_version", lambda package: None)
    found = {finding.what: finding for finding in environment.examine()}
    assert found["matplotlib"].state == found["aeon"].state == "note"
    assert found["matplotlib"].found == "not installed: no `thumbnet report`"
    assert found["aeon"].advice == "run `pip install 'thumbnet[motions]'`"
