"""Time and memory of a module on a target, measured there."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from thumbnet.trainer import ThumbnetError

from .refusals import check_kind, explained
from .targets import JsonObject, Target
from .verify import finish, verify

if TYPE_CHECKING:
    from thumbnet.export import Artifact

CHECKED = 5  # rows whose answers are compared before anything is measured


@dataclass(frozen=True)
class Measurement:
    """What one module costs on one target.

    Attributes:
        macs: multiply-accumulates of one inference.
        us_per_inference: microseconds of one predict(), the median over the rows.
        module_bytes: size of all the files that go on the board.
        heap_bytes_import: heap that the imported module keeps; None where Python does not tell.
        heap_bytes_per_inference: heap that one predict() allocates; None where it is not known.
        facts: what the target said of itself.
    """

    target: str
    macs: int
    us_per_inference: float
    module_bytes: int
    heap_bytes_import: int | None
    heap_bytes_per_inference: int | None
    facts: JsonObject

    def as_json(self) -> JsonObject:
        """What `--json` prints."""
        return {
            "target": self.target,
            "macs": self.macs,
            "us_per_inference": self.us_per_inference,
            "module_bytes": self.module_bytes,
            "heap_bytes_import": self.heap_bytes_import,
            "heap_bytes_per_inference": self.heap_bytes_per_inference,
        }


def bench(target: Target, artifact: Artifact, rows: int = 25) -> Measurement:
    """Measure a module, after a check that it answers right there.

    Args:
        rows: how many of the artifact's vectors are timed; the median is reported.

    Raises:
        ThumbnetError: a wrong answer, an import that fails, a target that stopped answering.
    """
    check_kind(target, artifact)
    name = target.stage(artifact.name, artifact.files)
    verdict = finish(verify(target, artifact, limit=CHECKED, module=name))
    if not verdict.ok:
        raise ThumbnetError(
            f"{artifact.name} answers wrong on {target.name} ({verdict.reason()}): "
            "no use timing it; see `thumbnet verify`"
        )
    with explained(target, artifact):
        lines = list(target.run("bench", name, artifact.inputs[:rows]))
    facts, measured = lines[0], lines[1:-1]
    for line in measured:
        if "error" in line:
            raise ThumbnetError(f"{target.name}: {target.explain(line)}")
    heaps = [line["heap"] for line in measured if line["heap"] is not None]
    return Measurement(
        target=target.name,
        macs=artifact.macs,
        us_per_inference=round(median(line["us"] for line in measured), 2),
        module_bytes=sum(len(data) for data in artifact.files.values()),
        heap_bytes_import=facts["heap_bytes_import"],
        heap_bytes_per_inference=max(heaps) if heaps else None,
        facts=facts,
    )
