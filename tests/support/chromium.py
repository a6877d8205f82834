"""The Chromium of this computer, driven by Playwright; CI says that it must be there."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .require import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; skips, or fails where THUMBNET_REQUIRE lists `chromium`."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        require("chromium", "no chromium: on Debian, apt install chromium-headless-shell")
    if importlib.util.find_spec("playwright") is None:
        require("chromium", "no playwright: run `pip install playwright`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        try:
            yield browser
        finally:
            browser.close()
