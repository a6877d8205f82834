from __future__ import annotations

import pytest
from support.require import require


def test_a_missing_requirement_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUMBNET_REQUIRE", "torch")
    with pytest.raises(pytest.skip.Exception, match="no files"):
        require("mnist", "no files")


def test_a_missing_requirement_fails_where_it_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUMBNET_REQUIRE", "torch, mnist")
    with pytest.raises(pytest.fail.Exception, match=r"no files \(THUMBNET_REQUIRE lists mnist\)"):
        require("mnist", "no files")
