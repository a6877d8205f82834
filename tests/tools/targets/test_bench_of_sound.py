"""What the benchmark script pushes into a `Stream` of sound."""

from __future__ import annotations

from thumbnet.tools.targets import CPythonTarget

HEARS_HOPS = b"""
SAMPLES, HOP, FRAMES, STEP = [0] * 6, 4, 3, 2
class Stream:
    def push(self, pcm):
        if len(pcm) != HOP:
            raise ValueError("the network does not run in one of STEP pushes")
"""


def test_bench_pushes_a_hop_of_sound_though_pieces_are_shorter() -> None:
    pieces = [[1, 2], [3], [4, 5, 6, 7]]
    with CPythonTarget() as target:
        name = target.stage("gestures", {"gestures.py": HEARS_HOPS})
        line = list(target.run("bench", name, [pieces]))[1]
    assert line.keys() == {"us_decision"}
