"""The page of `thumbnet report` as a browser shows it: without a network, narrow and wide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from support import reports
from support.chromium import chromium
from support.sharp import SLOW, sharp

from thumbnet.tools.report.page import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BOARDS = ("generic", "pico", "microbit", "esp8266")
MODELS = ("pictures", "features", "windows", "numbers", "bare", "deep", "stream", "many")
SECTIONS = (
    "In short",
    "How it was trained",
    "On held-out examples",
    "Layer by layer",
    "On boards",
    "What to do next",
)

EACH_VIEW = pytest.mark.parametrize(
    ("scheme", "width"),
    # Colours move nothing.
    [
        ("light", 360),
        ("dark", 1280),
        *(pytest.param(*view, marks=SLOW) for view in (("light", 1280), ("dark", 360))),
    ],
)
EACH_MODEL = pytest.mark.parametrize("name", MODELS)

# What reaches beyond the window, but for what stands in a region that scrolls by itself.
BEYOND = """() => [...document.querySelectorAll("body *")]
    .filter(e => !e.closest(".scroll, svg") || e.matches(".scroll"))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)
    .map(e => e.outerHTML.slice(0, 80))"""

# Regions of which a part can only be seen by scrolling, with all that can be opened open.
HIDING = """() => {
    document.querySelectorAll("details").forEach(e => { e.open = true; });
    return [...document.querySelectorAll(".scroll")]
        .filter(e => e.scrollWidth > e.clientWidth)
        .map(e => [e.ariaLabel, e.scrollWidth, e.clientWidth]);
}"""

# Text of a chart that its edge cuts off.
CUT = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
    const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")]
        .filter(text => {
            const t = text.getBoundingClientRect();
            return t.left < box.left - 1 || t.right > box.right + 1
                || t.top < box.top - 1 || t.bottom > box.bottom + 1;
        })
        .map(text => text.textContent);
})"""

# Words of a chart that lie on others. Slanted ones are longer than they are wide.
CROSSING = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
    const all = [...svg.querySelectorAll("text")]
        .filter(text => !/rotate\\(-?45/.test(text.getAttribute("transform")))
        .map(text => [text.textContent, text.getBoundingClientRect()]);
    return all.flatMap(([one, a], k) => all.slice(k + 1)
        .filter(([_, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
        .map(([other, _]) => one + " / " + other));
})"""

SIZES = """() => [...document.querySelectorAll("svg text")].map(
    text => text.getBBox().height && text.getBoundingClientRect().height)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page about each network."""
    folder = tmp_path_factory.mktemp("pages")
    for name in MODELS:
        (folder / f"{name}.html").write_text(reports.page(name, *BOARDS), encoding="utf-8")
    return folder


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Any]:
    """Opens a page with the network cut; in the end nothing may have been asked for or said."""
    said: list[str] = []
    asked: list[str] = []
    contexts = []

    def opener(name: str, scheme: str = "light", width: int = 1280) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield opener
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not re.match(r"file:.*\.html$|data:", url)] == []


@pytest.mark.emulated
def test_a_request_and_an_error_are_seen(browser: Browser, tmp_path: Path) -> None:
    """What the fixture would complain about."""
    (tmp_path / "bad.html").write_text('<img src="http://127.0.0.1:9/x.png">')
    context = browser.new_context(offline=True)
    page, seen = context.new_page(), list[str]()
    page.on("console", lambda message: seen.append(message.text))
    page.on("request", lambda request: seen.append(request.url))
    page.goto((tmp_path / "bad.html").as_uri())
    assert any("ERR_INTERNET_DISCONNECTED" in line for line in seen)
    assert "http://127.0.0.1:9/x.png" in seen
    context.close()


@pytest.mark.emulated
@EACH_MODEL
@EACH_VIEW
def test_it_is_all_there(opened: Any, name: str, scheme: str, width: int) -> None:
    page = opened(name, scheme, width)
    assert page.get_by_role("heading", level=1).inner_text() == name
    for section in SECTIONS:
        assert page.get_by_role("heading", name=section, exact=True).is_visible(), section
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(CROSSING) == []


@pytest.mark.emulated
@EACH_MODEL
@pytest.mark.parametrize("width", sharp([1280, 1920], [1280]))
def test_nothing_has_to_be_scrolled_on_a_desktop(opened: Any, name: str, width: int) -> None:
    assert opened(name, width=width).evaluate(HIDING) == []


@pytest.mark.emulated
@pytest.mark.parametrize("classes", [10, 20])
def test_many_classes_with_long_names_need_no_scrolling(
    browser: Browser, tmp_path: Path, classes: int
) -> None:
    names = tuple(f"walking up the stairs, {k}" for k in range(classes))
    base = reports.report("features")
    truth = np.arange(4000) % classes
    said = np.where(np.arange(4000) % 7, truth, (truth + 3) % classes)
    held = base.held_out
    assert held is not None
    held = replace(held, labels=names, truth=truth, floats=said, integers=said, odds=None)
    held = replace(held, x=np.zeros((4000, 5)))
    (tmp_path / "page.html").write_text(render(replace(base, held_out=held, worst=[]), "m.npz"))
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((tmp_path / "page.html").as_uri())
    assert page.evaluate(HIDING) == []
    assert page.evaluate(BEYOND) == []
    header = page.get_by_role("columnheader", name=names[-1], exact=True)
    assert header.is_visible()
    page.close()


def edges(page: Page, name: str) -> list[str]:
    """The colours of a region's left and right edge, above its text."""
    with Image.open(BytesIO(page.get_by_role("region", name=name).screenshot())) as picture:
        pixels = np.asarray(picture.convert("RGB"))[4]
    return ["rgb({}, {}, {})".format(*pixels[at]) for at in (1, -2)]


@pytest.mark.emulated
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_scrolls_is_seen_to_do_so(opened: Any, scheme: str) -> None:
    page, region = opened("deep", scheme, 390), "Table of layers"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    left, right = edges(page, region)
    assert left == paper != right
    page.get_by_role("region", name=region).evaluate("e => { e.scrollLeft = e.scrollWidth; }")
    left, right = edges(page, region)
    assert left != paper == right
    assert edges(opened("deep", scheme, 1280), region) == [paper, paper]


@pytest.mark.emulated
@EACH_MODEL
def test_charts_can_be_read_on_a_phone(opened: Any, name: str) -> None:
    heights = opened(name, width=360).evaluate(SIZES)
    assert not heights or min(heights) > 8
    assert bool(heights) == (name != "bare")


@pytest.mark.emulated
@EACH_MODEL
def test_colours_follow_the_scheme(opened: Any, name: str) -> None:
    def colours(scheme: str) -> list[str]:
        found: list[str] = opened(name, scheme).evaluate(
            """() => [document.body, document.querySelector("svg text")].filter(e => e)
            .flatMap(e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).fill])"""
        )
        return found

    light, dark = colours("light"), colours("dark")
    assert light[0] == "rgb(255, 255, 255)"
    assert dark[0] == "rgb(20, 23, 27)"
    if name != "bare":
        assert light[3] != dark[3]
        assert "rgb(0, 0, " not in light[3], "a stand-in that no style sheet replaced"


@pytest.mark.emulated
@pytest.mark.parametrize(("scheme", "filtered"), [("light", "none"), ("dark", "invert(1)")])
def test_ink_is_white_on_a_dark_page(opened: Any, scheme: str, filtered: str) -> None:
    page = opened("pictures", scheme)
    found = "[...document.querySelectorAll('svg.ink image')].map(e => getComputedStyle(e).filter)"
    assert page.evaluate(found) == [filtered] * 12
    page.emulate_media(media="print", color_scheme=scheme)
    assert page.evaluate(found) == ["none"] * 12


@pytest.mark.emulated
def test_figures_are_said(opened: Any) -> None:
    text = opened("pictures").locator("main").inner_text()
    held = reports.report("pictures", *BOARDS).held_out
    assert held is not None
    assert held.integers is not None
    for said in (held.floats, held.integers):
        assert f"{held.score(said):.2%}".replace("%", "\u202f%") in text
    assert "1,210 parameters" in text
    assert "Raspberry Pi Pico" in text
    assert "BBC micro:bit v1" in text


@pytest.mark.emulated
def test_names_stay_text(opened: Any) -> None:
    page = opened("features")
    assert page.locator("main b, main i").count() == 0
    for name in reports.NASTY:
        assert page.get_by_role("rowheader", name=name, exact=True).first.is_visible()
    texts = page.locator("svg text").all_text_contents()
    assert reports.NASTY[0] in texts
    assert "{{ az }}" in texts


@pytest.mark.emulated
def test_charts_and_tables_have_names(opened: Any) -> None:
    page = opened("pictures")
    charts = page.get_by_role("img").all()
    assert len(charts) == page.locator("svg").count() >= 15
    names = [chart.get_attribute("aria-label") or "" for chart in charts]
    assert any(name.startswith("Loss over 12 epochs: ") for name in names)
    assert any(name.startswith("Confusion matrix of 10 classes: ") for name in names)
    assert sum(name.startswith("Example ") for name in names) == 12
    assert all(
        table.get_by_role("columnheader").count() for table in page.get_by_role("table").all()
    )


@pytest.mark.emulated
def test_it_can_be_printed(opened: Any) -> None:
    page = opened("windows", "dark")
    page.emulate_media(media="print", color_scheme="dark")
    # The printable width of A4 at 96 pixels an inch.
    page.set_viewport_size({"width": 680, "height": 1000})
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth") == 680
    assert page.pdf(format="A4")[:5] == b"%PDF-"
