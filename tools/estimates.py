"""What the exporter had estimated, beside what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .bench import Measurement
from .targets import JsonObject

if TYPE_CHECKING:
    from thumbnet.export import Artifact
    from thumbnet.export.board_fit.estimate import Estimate

FIGURES = (
    "us_per_inference",
    "us_per_decision",
    "module_bytes",
    "heap_bytes_import",
    "heap_bytes_free",
    "heap_bytes_per_inference",
)
"""Fields of a `Measurement` that there are estimates of."""


@dataclass(frozen=True)
class Compared:
    """The estimates of what a `Measurement` has, by its fields' names; None where there is none."""

    measured: Measurement
    estimated: dict[str, float | None]

    def deviation(self, field: str) -> float | None:
        """By how many per cent the estimate is too high; None where that cannot be said."""
        measured, estimated = getattr(self.measured, field), self.estimated.get(field)
        if measured is None or estimated is None:
            return None
        if measured == estimated:
            return 0.0
        return 100 * (estimated - measured) / measured if measured else None

    def as_json(self) -> JsonObject:
        """What `--json` prints."""
        return {
            field: {"estimate": self.estimated[field], "off_percent": _round(self.deviation(field))}
            for field in FIGURES
        }


def estimate_of(artifact: Artifact) -> Estimate:
    """What the exporter expects of a module on the board that it was made for."""
    from thumbnet.export.board_fit.estimate import estimate

    build = artifact.build
    tier = "thumb" if build.tier == "thumb_dsp" else build.tier
    return estimate(artifact.graph, artifact.board, tier, build.weights, artifact.mpy, build.lanes)


def compare(artifact: Artifact, found: Measurement, own_heap: bool = True) -> Compared:
    """Put the estimates for the artifact's board beside what was measured there.

    own_heap: the board had the heap of its profile, and no other.
    """
    made, board = estimate_of(artifact), artifact.board
    return Compared(
        found,
        {
            "us_per_inference": round(made.seconds * 1e6, 2),
            "us_per_decision": None if made.decision is None else round(made.decision * 1e6, 2),
            "module_bytes": made.flash + made.romfs,
            "heap_bytes_import": made.steady_heap,
            "heap_bytes_free": board.heap - made.steady_heap if own_heap else None,
            "heap_bytes_per_inference": made.predict_heap,
        },
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
