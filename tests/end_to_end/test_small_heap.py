"""Networks with large inputs run in the heap of a small board, and rows of levels need no lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.micropython import needs_micropython
from support.mobilenet import mobilenet, pixels

from thumbnet.export import convert
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import UnixTarget

SMALL = ((1, 16), (2, 32))


def check(folder: Path, size: int, blocks: dict[str, object], tier: str, heap: str) -> None:
    needs_micropython()
    x = pixels(size, 4)
    made = convert(
        mobilenet(size, **blocks),  # type: ignore[arg-type]
        x,
        name="net",
        board="unix",
        tier=tier,
        weights="stream",
    )
    artifact = made.write(folder, x[:2])
    rows = 1 if tier == "plain" else len(artifact.inputs)
    with UnixTarget(heap) as target:
        verdict = finish(verify(target, artifact, limit=rows))
    assert verdict.ok, verdict.reason()
    assert verdict.inputs == rows


@pytest.mark.parametrize(("tier", "heap"), [("viper", "120k"), ("plain", "120k")])
def test_a_list_of_the_pixels_would_not_fit(tier: str, heap: str, tmp_path: Path) -> None:
    """On this computer it takes 8 bytes for each of 12,288 numbers, and the module 50 KB."""
    check(tmp_path, 64, {"blocks": SMALL}, tier, heap)


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["viper", "plain"])
def test_visual_wake_words_fits_a_pico(tier: str, tmp_path: Path) -> None:
    """A network of its size, of 96 x 96 x 3 pixels; pointers have 64 bits here, 32 there."""
    check(tmp_path, 96, {}, tier, "215k")
