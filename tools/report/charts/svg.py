"""From a Matplotlib figure to SVG inside an HTML page."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from matplotlib.figure import Figure

from .style import COLOURS

_SVG = "http://www.w3.org/2000/svg"
_LINK = "http://www.w3.org/1999/xlink"


@dataclass(frozen=True)
class Chart:
    """A chart: `svg` is its markup, `title` describes it in words, `caption` is printed below."""

    svg: str
    title: str
    caption: str = ""


def chart(figure: Figure, title: str, caption: str = "", css_class: str = "chart") -> Chart:
    """Save a figure, within `styled`, as markup for a page.

    The markup has no style sheet, which would apply to the whole page, no metadata, and no id that
    another chart may have as well.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    root = ET.fromstring(buffer.getvalue())
    for parent in [root, *root.iter(f"{{{_SVG}}}defs")]:
        for unwanted in ("metadata", "style"):
            for child in parent.findall(f"{{{_SVG}}}{unwanted}"):
                parent.remove(child)
    width = float(root.attrib.pop("width").removesuffix("pt"))
    del root.attrib["height"]
    root.set("style", f"--width: {width:g}px")
    root.set("class", css_class)
    root.set("role", "img")
    root.set("aria-label", title)
    name = ET.Element(f"{{{_SVG}}}title")
    name.text = title
    root.insert(0, name)
    _drop_ids(root)
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _LINK)
    markup = ET.tostring(root, encoding="unicode")
    for role, stand_in in COLOURS.items():
        markup = markup.replace(stand_in, f"var(--{role})")
    return Chart(markup, title, caption)


def _drop_ids(root: ET.Element) -> None:
    """Keep only ids that are referred to: these are made from the content and the salt."""
    values = [value for element in root.iter() for value in element.attrib.values()]
    used = {found for value in values for found in re.findall(r"^#(.+)$|url\(#(.+?)\)", value)}
    kept = {name for pair in used for name in pair if name}
    for element in root.iter():
        if element.get("id") not in kept:
            element.attrib.pop("id", None)
