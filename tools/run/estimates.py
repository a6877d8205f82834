"""The estimates of the exporter, compared with what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from thumbnet.export import Artifact, estimate_artifact

from ..json_lines import JsonObject
from .measurement import Measurement

FIGURES = (
    "us_per_inference",
    "us_per_decision",
    "module_bytes",
    "heap_bytes_import",
    "heap_bytes_free",
    "heap_bytes_per_inference",
)
"""Fields of a `Measurement` that have an estimate."""


@dataclass(frozen=True)
class EstimateComparison:
    """A measurement and its estimates, by the names of its fields; None if there is no estimate."""

    measured: Measurement
    estimated: dict[str, float | None]

    def deviation(self, field: str) -> float | None:
        """Return by how many per cent the estimate is too high; None if unknown."""
        measured, estimated = getattr(self.measured, field), self.estimated.get(field)
        if measured is None or estimated is None:
            return None
        if measured == estimated:
            return 0.0
        return 100 * (estimated - measured) / measured if measured else None

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        return {
            field: {"estimate": self.estimated[field], "off_percent": _round(self.deviation(field))}
            for field in FIGURES
        }


def compare_estimates(
    artifact: Artifact, measured: Measurement, own_heap: bool = True
) -> EstimateComparison:
    """Return the estimates for the artifact's board beside what was measured there.

    Parameters
    ----------
    artifact, measured
        The module, and its measurement on its board.
    own_heap
        Whether the board had the heap of its profile.

    """
    made, board = estimate_artifact(artifact), artifact.board
    return EstimateComparison(
        measured,
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
