"""Put a module on a board without ever risking the one that is there.

Look, copy beside, check the hash, answer the vectors with the copy, and only then rename.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from thumbnet.export import Artifact, import_heap
from thumbnet.trainer import ThumbnetError

from .targets import JsonObject
from .targets.board import BoardGone, uninterrupted
from .targets.port import PortTarget, module_name, temporary_name
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
    main = artifact.path.name
    if not artifact.intact and not force:
        raise ThumbnetError(
            f"{artifact.path} is not the file that export wrote (its SHA-256 differs): "
            "export again, or deploy it with --force"
        )
    stage, facts = "look", JsonObject()
    try:
        facts = _repair(artifact, target, report)
        if facts["package"]:
            raise ThumbnetError(
                f"a folder {artifact.name} on {target.name} would be imported instead of {main}: "
                "remove it there, or export with another --name"
            )
        if _same(artifact, target):
            report(f"{main} on {target.name} is up to date: its SHA-256 is the same")
            verdict = _self_test(artifact, target, artifact.name, vectors, report)
            return Deployment(target.name, "up to date", verdict, _size(artifact), facts)
        if not force:
            _check_room(artifact, target, facts)
        stage = "copy"
        for name, data in artifact.files.items():
            _copy(target, name, data, progress)
            report(f"copied {name} ({len(data):,} bytes), SHA-256 checked on the board")
        new = module_name(temporary_name(main))
        verdict = _self_test(artifact, target, new, vectors, report)
        stage = "swap"
        # The module last: until then what is imported is the old one.
        for name in sorted(artifact.files, key=lambda name: name == main):
            target.call("install", f"swap({name!r}, {temporary_name(name)!r}, {_old(name)!r})")
    except BaseException as error:
        _tidy(artifact, target, stage, error, bool(facts.get("there", True)))
        raise
    report(f"{main} is in place on {target.name}")
    return Deployment(target.name, "deployed", verdict, _size(artifact), facts)


def _repair(artifact: Artifact, target: PortTarget, report: Report) -> JsonObject:
    """Undo what an earlier deployment left behind; say what the board has."""
    for name in artifact.files:
        done = target.call("install", f"repair({name!r}, {temporary_name(name)!r}, {_old(name)!r})")
        if done["restored"]:
            report(f"restored {name}, which an interrupted deployment had set aside")
    return target.call("install", f"look({artifact.path.name!r})")


def _same(artifact: Artifact, target: PortTarget) -> bool:
    return all(
        target.board.sha256(name) == hashlib.sha256(data).hexdigest()
        for name, data in artifact.files.items()
    )


def _check_room(artifact: Artifact, target: PortTarget, facts: JsonObject) -> None:
    name = artifact.path.name
    if facts["disk"] is not None:
        block = int(facts["block"])
        needed = sum(-(-len(data) // block) * block for data in artifact.files.values())
        if facts["disk"] < needed:
            raise ThumbnetError(
                f"{name} needs {needed:,} bytes on {target.name} and {facts['disk']:,} are free "
                "(the previous model stays until the new one is tested): remove files there"
            )
    # Saves a copy in vain. What decides is the self-test: it imports the copy before it replaces.
    needed = import_heap(artifact.graph)
    if facts["heap"] is not None and facts["heap"] < needed:
        raise ThumbnetError(
            f"{name} needs about {needed:,} bytes of heap on {target.name} and "
            f"{facts['heap']:,} are free: {target.more_heap} (--force tries it all the same)"
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
    artifact: Artifact, target: PortTarget, stage: str, error: BaseException, replaces: bool
) -> None:
    """Remove temporary files, and raise the error with a word on what is on the board now."""
    main = artifact.path.name
    with uninterrupted():
        try:
            target.board.interrupt()
            _repair(artifact, target, lambda text: None)
            state = f"the previous {main} is untouched" if replaces else "nothing is left there"
            if stage == "swap" and _same(artifact, target):
                state = f"the new {main} is in place all the same"
        except ThumbnetError:
            state = f"the previous {main} is intact: deploy again when the board is back"
            if stage == "swap":
                state = f"{main} there may be the old or the new one: deploy again to have it right"
    if stage == "look":
        state = "nothing was changed there"
    if isinstance(error, KeyboardInterrupt):
        raise Interrupted(state) from None
    if isinstance(error, ThumbnetError):
        kind = BoardGone if isinstance(error, BoardGone) else ThumbnetError
        raise kind(f"{error}; {state}") from None


def _size(artifact: Artifact) -> int:
    return sum(len(data) for data in artifact.files.values())


def _old(name: str) -> str:
    return f"{name}.old"
