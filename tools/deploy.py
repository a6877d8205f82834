"""Put a module on a board without ever risking the one that is there.

Look, copy beside, check the hash, answer the vectors with the copy, and only then rename.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError

from .refusals import check_kind, heap_needed, less_heap
from .targets import JsonObject
from .targets.board import BoardGone, uninterrupted
from .targets.port import PortTarget, temporary_name
from .verify import Verdict, finish, verify

Report = Callable[[str], None]
Progress = Callable[[str, int, int], None]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with a line that says in what state things were left."""


@dataclass(frozen=True)
class Deployment:
    """What a deployment did.

    Attributes:
        state: "deployed", or "up to date" when the same files were there already.
        verdict: the self-test on the board.
        size: bytes of all files.
        facts: what the board said of itself.
    """

    port: str
    state: str
    verdict: Verdict
    size: int
    facts: JsonObject

    def as_json(self) -> JsonObject:
        """What `--json` prints."""
        return {"port": self.port, "state": self.state, "bytes": self.size} | {
            key: value for key, value in self.verdict.as_json().items() if key != "target"
        }


def deploy(
    artifact: Artifact,
    target: PortTarget,
    vectors: int = 16,
    force: bool = False,
    report: Report = lambda text: None,
    progress: Progress = lambda name, done, total: None,
) -> Deployment:
    """Replace the module on a board by a new one that was tested there first.

    Args:
        vectors: how many of the artifact's vectors the new module must answer there.
        force: skip the look at free space and heap, and the check that the module is as export
            wrote it.
        report: told each step in words.
        progress: told file, bytes copied and bytes in all.

    Raises:
        ThumbnetError: anything went wrong; the previous files are as they were, and temporary
            ones are removed (or said to be there, when the port is gone).
    """
    check_deployable(artifact)
    check_kind(target, artifact)
    name, main = artifact.name, artifact.path.name
    if not artifact.intact and not force:
        raise ThumbnetError(
            f"{artifact.path} is not the file that export wrote (its SHA-256 differs): "
            "export again, or deploy it with --force"
        )
    size = sum(len(data) for data in artifact.files.values())
    stage, facts = "look", JsonObject()
    try:
        facts = _repair(name, target, report)
        if facts["package"]:
            raise ThumbnetError(
                f"a folder {name} on {target.name} would be imported instead of {main}: "
                "remove it there, or export with another --name"
            )
        files = _to_copy(artifact, target)
        if target.installed(name, files):
            report(f"{main} on {target.name} is up to date: its SHA-256 is the same")
            verdict = _self_test(artifact, target, name, vectors, report)
            return Deployment(target.name, "up to date", verdict, size, facts)
        if not force:
            _check_room(artifact, files, target, facts)
        stage = "copy"
        for file, data in files.items():
            _copy(target, file, data, progress)
            report(f"copied {file} ({len(data):,} bytes), SHA-256 checked on the board")
        verdict = _self_test(artifact, target, temporary_name(name), vectors, report)
        stage = "swap"
        target.board.fresh()  # the tested copy may hold its file of weights open
        swap = f"swap({name!r}, {artifact.path.suffix!r}, {any(f != main for f in files)})"
        target.call("install", swap)
    except BaseException as error:
        _tidy(artifact, target, stage, error, facts.get("there", main))
        raise
    report(f"{main} is in place on {target.name}")
    return Deployment(target.name, "deployed", verdict, size, facts)


def check_deployable(artifact: Artifact) -> None:
    """Raise ThumbnetError for what goes on a board in another way."""
    if artifact.path.suffix == ".hex":
        raise ThumbnetError(
            f"{artifact.path.name} holds the micro:bit's whole flash: drag it onto the board's "
            "MICROBIT drive instead"
        )


def _repair(name: str, target: PortTarget, report: Report) -> JsonObject:
    """Undo what an earlier deployment left behind; say what the board has."""
    for file in target.call("install", f"repair({name!r})")["restored"]:
        report(f"restored {file}, which an interrupted deployment had set aside")
    return target.call("install", f"look({name!r})")


def _to_copy(artifact: Artifact, target: PortTarget) -> dict[str, bytes]:
    """The files that the board's file system takes, the module last."""
    main = artifact.path.name
    files = dict(sorted(artifact.files.items(), key=lambda file: file[0] == main))
    if artifact.build.weights != "romfs":
        return files
    for file, data in files.items():
        if file != main and not target.mapped(file, data):
            raise ThumbnetError(
                f"this {file} is not in the ROMFS of {target.name}, where {main} reads it: put it "
                f"in a folder with all that ROMFS is to hold, run `mpremote connect {target.name} "
                "romfs deploy FOLDER`, and deploy again"
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
    # Saves a copy in vain. What decides is the self-test: it imports the copy before it replaces.
    needed = heap_needed(artifact, facts["mpy"])
    if facts["heap"] is not None and facts["heap"] < needed:
        mend = target.mend(less_heap(target, artifact, needed, facts["heap"], facts["mpy"]))
        raise ThumbnetError(
            f"{name} needs about {needed:,} bytes of heap on {target.name} and "
            f"{facts['heap']:,} are free: {mend} (--force tries it all the same)"
        )


def _copy(target: PortTarget, name: str, data: bytes, progress: Progress) -> None:
    target.write(temporary_name(name), data, lambda done: progress(name, done, len(data)))


def _self_test(
    artifact: Artifact, target: PortTarget, module: str, vectors: int, report: Report
) -> Verdict:
    verdict = finish(verify(target, artifact, limit=vectors, module=module))
    if not verdict.ok:
        raise ThumbnetError(
            f"the self-test of {artifact.path.name} failed on {target.name} ({verdict.reason()})"
        )
    report(f"self-test passed: {verdict.equal} of {verdict.inputs} vectors answered right")
    return verdict


def _tidy(
    artifact: Artifact,
    target: PortTarget,
    stage: str,
    error: BaseException,
    previous: str | None,
) -> None:
    """Remove temporary files, and raise the error with a word on what is on the board now."""
    main = artifact.path.name
    with uninterrupted():
        try:
            target.board.interrupt()
            target.board.fresh()
            _repair(artifact.name, target, lambda text: None)
            state = f"the previous {previous} is untouched" if previous else "nothing is left there"
            if stage == "swap" and target.installed(artifact.name, _to_copy(artifact, target)):
                state = f"the new {main} is in place all the same"
        except ThumbnetError:
            state = f"the previous {previous} is intact" if previous else "nothing was replaced"
            state += ": deploy again when the board is back"
            if stage == "swap":
                state = f"{main} there may be the old or the new one: deploy again to have it right"
    if stage == "look":
        state = "nothing was changed there"
    if isinstance(error, KeyboardInterrupt):
        raise Interrupted(state) from None
    if isinstance(error, ThumbnetError):
        kind = BoardGone if isinstance(error, BoardGone) else ThumbnetError
        raise kind(f"{error}; {state}") from None
