"""Folders of words that espeak-ng says: small sets of speech to learn."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .sounds import needs_espeak

WORDS = ("yes", "no", "stop")

SPEAKERS = [
    *(f"en+m{k}" for k in (1, 2, 3, 4)),
    *(f"en+f{k}" for k in (1, 2, 3)),
    *("en-us+m1", "en-us+f2", "en-gb-scotland+m3", "en-gb-x-rp+f1", "en-029+m2"),
]
"""Voices to learn from."""

STRANGERS = ["en+m5", "en+f4", "en-us+m7", "en-us+f5", "en-gb-scotland+f3", "en-gb-x-rp+m6"]
"""Voices to test with; no timbre is among those to learn from."""

SPEEDS, PITCHES = (135, 155, 175), (35, 50, 65)


def say(path: Path, text: str, voice: str, speed: int = 150, pitch: int = 50) -> None:
    """Write what espeak-ng says: a WAV file of 22,050 Hz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    how = ["-v", voice, "-s", str(speed), "-p", str(pitch), "-w", str(path)]
    subprocess.run(["espeak-ng", *how, text], check=True, timeout=60)


def spoken(
    folder: Path, speakers: Sequence[str], words: Iterable[str] = WORDS, times: int = 2
) -> Path:
    """A folder of words, with a folder for each speaker in it."""
    needs_espeak()
    jobs = [
        (folder / word / voice.replace("+", "-") / f"{n}.wav", word, voice, speed, pitch)
        for k, voice in enumerate(speakers)
        for word in words
        for n in range(times)
        for speed, pitch in [(SPEEDS[(k + n) % 3], PITCHES[(k + 2 * n) % 3])]
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: say(*job), jobs))
    return folder
