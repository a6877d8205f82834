"""Put a module on a board without risking the one that is there.

The steps: look at the board, copy the new files beside the old ones, check their hashes, run the
vectors on the copy, and only then rename.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..targets.port import PortTarget, temporary_name
from ..transport.serial_board import BoardGone, uninterrupted
from .edited import check_intact
from .import_failures import check_kind, heap_advice, heap_needed
from .mapped_weights import MappedWeights
from .verification import Verdict, finish, verify

Report = Callable[[str], None]
Progress = Callable[[str, int, int], None]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with a line on the state that the board is left in."""


@dataclass(frozen=True)
class Deployment:
    """What a deployment did.

    Attributes
    ----------
    state
        "deployed", or "up to date" if the same files were there already.
    verdict
        Result of the self-test on the board.
    size
        Bytes of all files.
    facts
        What the board reports about itself.

    """

    port: str
    state: str
    verdict: Verdict
    size: int
    facts: JsonObject

    def as_json(self) -> JsonObject:
        """Return what `--json` prints."""
        return {"port": self.port, "state": self.state, "bytes": self.size} | {
            key: value for key, value in self.verdict.as_json().items() if key != "target"
        }


def deploy(
    artifact: Artifact,
    target: PortTarget,
    vectors: int = 16,
    force: bool = False,
    report: Report = lambda text: None,
    romfs: bool = False,
    progress: Progress = lambda name, done, total: None,
) -> Deployment:
    """Replace the module on a board with a new one, which is tested there first.

    Parameters
    ----------
    artifact, target
        The new module, and the board.
    vectors
        How many of the artifact's vectors the new module must answer there.
    force
        Skip the checks of free space and heap, and the check that the module is as export wrote it.
    report
        Called with each step in words.
    romfs
        First put the weights into the board's ROMFS.
    progress
        Called with the file, the bytes copied and the bytes in all.

    Raises
    ------
    ThumbnetError
        If anything goes wrong. The previous files stay as they were; temporary files are removed,
        or named in the message if the port is gone.

    """
    check_deployable(artifact, force)
    check_kind(target, artifact)
    name, main = artifact.name, artifact.path.name
    size = sum(len(data) for data in artifact.files.values())
    stage, facts = "look", JsonObject()
    weights = MappedWeights(artifact, target) if romfs else None
    try:
        facts = _repair(name, target, report)
        if facts["package"]:
            raise ThumbnetError(
                f"a folder {name} on {target.name} would be imported instead of {main}: "
                "remove it there, or export with another --name"
            )
        if weights is not None:
            weights.put(report)
        files = _to_copy(artifact, target)
        if target.installed(name, files):
            report(f"{main} on {target.name} is up to date: its SHA-256 is the same")
            verdict = _self_test(artifact, target, name, vectors, report, force)
            return Deployment(target.name, "up to date", verdict, size, facts)
        if not force:
            _check_room(artifact, files, target, facts)
        stage = "copy"
        for file, data in files.items():
            _copy(target, file, data, progress)
            report(f"copied {file} ({len(data):,} bytes), SHA-256 checked on the board")
        verdict = _self_test(artifact, target, temporary_name(name), vectors, report, force)
        stage = "swap"
        target.board.fresh()  # the tested copy may hold its file of weights open
        target.call("install", f"swap({name!r}, {artifact.path.suffix!r})")
    except BaseException as error:
        if weights is not None and stage != "swap":
            with contextlib.suppress(ThumbnetError):
                weights.undo()
        _tidy(artifact, target, stage, error, facts.get("there", main))
        raise
    report(f"{main} is in place on {target.name}")
    return Deployment(target.name, "deployed", verdict, size, facts)


def check_deployable(artifact: Artifact, force: bool) -> None:
    """Raise ThumbnetError for a module that was edited, or goes on its board in another way."""
    if artifact.path.suffix == ".hex":
        raise ThumbnetError(
            f"{artifact.path.name} holds the micro:bit's whole flash: drag it onto the board's "
            "MICROBIT drive instead"
        )
    check_intact(artifact, force)


def _repair(name: str, target: PortTarget, report: Report) -> JsonObject:
    """Complete or remove what an interrupted deployment left; return what is on the board."""
    completed = target.call("install", f"repair({name!r})")["completed"]
    if completed:
        report(f"put {completed} in place, which an interrupted deployment had copied and tested")
    return target.call("install", f"look({name!r})")


def _to_copy(artifact: Artifact, target: PortTarget) -> dict[str, bytes]:
    """Return the files to copy to the board's file system, the module last."""
    main = artifact.path.name
    files = dict(sorted(artifact.files.items(), key=lambda file: file[0] == main))
    if artifact.build.weights != "romfs":
        return files
    for file, data in files.items():
        if file != main and not target.mapped(file, data):
            raise ThumbnetError(
                f"this {file} is not in the ROMFS of {target.name}, where {main} reads it: deploy "
                "with --romfs, which puts it there"
            )
    return {main: files[main]}


def _check_room(
    artifact: Artifact, files: dict[str, bytes], target: PortTarget, facts: JsonObject
) -> None:
    name = artifact.path.name
    if facts["disk"] is not None:
        block = int(facts["block"])
        needed = sum(-(-len(data) // block) * block for data in files.values())
        if facts["disk"] < needed:
            raise ThumbnetError(
                f"{' and '.join(reversed(files))} need{'s' * (len(files) == 1)} {needed:,} bytes "
                f"on {target.name} and {facts['disk']:,} are free "
                "(the previous model stays until the new one is tested): remove files there"
            )
    # This only saves a useless copy. The self-test decides: it imports the copy before the swap.
    needed = heap_needed(artifact, facts["mpy"])
    if facts["heap"] is not None and facts["heap"] < needed:
        ways = heap_advice(target, artifact, needed, facts["heap"], facts["mpy"])
        raise ThumbnetError(
            f"{name} needs about {needed:,} bytes of heap on {target.name} and "
            f"{facts['heap']:,} are free: {target.heap_advice(ways)} (--force tries it anyway)"
        )


def _copy(target: PortTarget, name: str, data: bytes, progress: Progress) -> None:
    target.write(temporary_name(name), data, lambda done: progress(name, done, len(data)))


def _self_test(
    artifact: Artifact,
    target: PortTarget,
    module: str,
    vectors: int,
    report: Report,
    force: bool,
) -> Verdict:
    verdict = finish(verify(target, artifact, limit=vectors, module=module, force=force))
    if not verdict.ok:
        raise ThumbnetError(
            f"the self-test of {artifact.path.name} failed on {target.name} ({verdict.reason()})"
        )
    report(f"self-test passed: {verdict.equal} of {verdict.inputs} vectors answered correctly")
    return verdict


def _tidy(
    artifact: Artifact,
    target: PortTarget,
    stage: str,
    error: BaseException,
    previous: str | None,
) -> None:
    """Remove temporary files, and raise the error with what is on the board now."""
    main = artifact.path.name
    with uninterrupted():
        try:
            target.board.interrupt()
            target.board.fresh()
            _repair(artifact.name, target, lambda text: None)
            state = f"the previous {previous} is untouched" if previous else "nothing is left there"
            if stage == "swap" and target.installed(artifact.name, _to_copy(artifact, target)):
                state = f"the new {main} is in place anyway"
        except ThumbnetError:
            state = f"the previous {previous} is intact" if previous else "nothing was replaced"
            state += ": deploy again when the board is back"
            if stage == "swap":
                state = f"{main} there may be the old or the new one: deploy again to be sure"
    if stage == "look":
        state = "nothing was changed there"
    if isinstance(error, KeyboardInterrupt):
        raise Interrupted(state) from None
    if isinstance(error, ThumbnetError):
        kind = BoardGone if isinstance(error, BoardGone) else ThumbnetError
        raise kind(f"{error}; {state}") from None
