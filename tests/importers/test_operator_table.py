"""docs/import.md lists what the registries have."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def test_the_page_lists_what_the_registries_have() -> None:
    path = Path(__file__).with_name("operator_table.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    page = tables.PAGE.read_text(encoding="utf-8")
    assert tables.written(page) == page
    assert "| CONV_2D | yes | yes | `conv_xnnpack` | bytecode | viper | assembly |" in page
