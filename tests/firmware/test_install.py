"""The on-board half of a deployment, and the power lost before each of its steps.

The same file runs on the board. A model here is a module that says which file of weights it needs.
"""

import json
import os
from contextlib import suppress
from importlib import resources
from pathlib import Path

import pytest
from support.fake_artifact import load


class PowerLost(BaseException):
    pass


class FileSystem:
    """The os module of a board that may lose power, refuse a rename, or not replace by renaming."""

    def __init__(self, replaces=True):
        self.replaces = replaces
        self.refuse: tuple[str, ...] = ()
        self.steps = 10**9  # until the power is lost
        self.calm = 10**9  # steps until a Ctrl-C

    def _step(self):
        if self.steps == 0:
            raise PowerLost
        self.steps -= 1

    def _done(self):
        self.calm -= 1
        if self.calm == 0:
            raise KeyboardInterrupt

    def rename(self, old, new):
        self._step()
        if old in self.refuse or (os.path.exists(new) and not self.replaces):
            raise OSError(5)
        os.replace(old, new)
        self._done()

    def remove(self, path):
        self._step()
        if path in self.refuse:
            raise OSError(5)
        os.remove(path)
        self._done()

    def stat(self, path):
        if self.steps == 0:
            raise PowerLost
        return os.stat(path)


@pytest.fixture
def install(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = load(Path(str(resources.files("thumbnet.firmware") / "install.py")))
    module.os = FileSystem()
    return module


def put(files):
    for path in Path().iterdir():
        path.unlink()
    for name, text in files.items():
        Path(name).write_text(text)


def there():
    return {path.name: path.read_text() for path in Path().iterdir()}


def said(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


WEIGHTS = {"old": "TNW1 old", "new": "TNW1 new"}
# What is on the board: the module that is imported says which weights it reads.
BEFORE = {
    "nothing": {},
    "py": {"net.py": "old"},
    "mpy": {"net.mpy": "old"},
    "py and weights": {"net.py": "old weights", "net.bin": WEIGHTS["old"]},
    "mpy and weights": {"net.mpy": "old weights", "net.bin": WEIGHTS["old"]},
    "weights alone": {"net.bin": WEIGHTS["old"]},
    "a file of the user's": {"net.py": "old", "net.bin": "the user's"},
}
NEW = [(kind, weights) for kind in (".py", ".mpy") for weights in (False, True)]


def copied(kind, weights):
    if not weights:
        return {f"net__new{kind}": "new"}
    return {f"net__new{kind}": "new weights", "net__new.bin": WEIGHTS["new"]}


def imported():
    """What import makes of the files: the model that answers, or what is wrong."""
    files = there()
    main = next((f"net{kind}" for kind in (".py", ".mpy") if f"net{kind}" in files), None)
    if main is None:
        return "no module named 'net'"
    which, _, weights = files[main].partition(" ")
    if not weights or files.get("net.bin") == WEIGHTS[which]:
        return which
    return "net.bin is " + ("of another model" if "net.bin" in files else "missing")


def in_place(before, kind, weights):
    """The files once all is done: what was imported is gone, and weights that nothing reads."""
    kept = {name: text for name, text in before.items() if text == "the user's"}
    done = {name.replace("__new", ""): text for name, text in copied(kind, weights).items()}
    return {**kept, **done}


@pytest.mark.parametrize("replaces", [True, False], ids=["replacing", "FAT"])
@pytest.mark.parametrize(("kind", "weights"), NEW)
@pytest.mark.parametrize("before", BEFORE)
def test_swap(install, capsys, before, kind, weights, replaces):
    install.os.replaces = replaces
    put({**BEFORE[before], **copied(kind, weights)})
    install.swap("net", kind, weights)
    assert there() == in_place(BEFORE[before], kind, weights)
    assert imported() == "new"
    assert said(capsys) == {"installed": f"net{kind}"}


def cut(install, steps, function, *arguments):
    """Run a function until the power is lost after so many steps; tell whether it was."""
    install.os.steps = steps
    try:
        function(*arguments)
    except PowerLost:
        return True
    finally:
        install.os.steps = 10**9
    return False


@pytest.mark.parametrize("replaces", [True, False], ids=["replacing", "FAT"])
@pytest.mark.parametrize(("kind", "weights"), NEW)
@pytest.mark.parametrize("before", BEFORE)
def test_power_lost_at_every_step_of_a_swap(install, before, kind, weights, replaces):
    """What is imported then is the old model, the new one, or refused by name; repair mends it."""
    install.os.replaces = replaces
    first = BEFORE[before]
    put(first)
    old = imported()
    refusals = {"net.bin is of another model", "net.bin is missing"} if weights else set()
    refusals |= {"no module named 'net'"} if not replaces else set()
    steps = 0
    while True:
        put({**first, **copied(kind, weights)})
        lost = cut(install, steps, install.swap, "net", kind, weights)
        answered = imported()
        assert answered in {old, "new"} | refusals
        assert lost or answered == "new"
        half = there()
        # The power may be lost again while it is repaired.
        again = 0
        while True:
            put(half)
            lost_again = cut(install, again, install.repair, "net")
            assert imported() in {old, "new"} | refusals
            install.repair("net")
            assert imported() == "new" if answered == "new" else imported() == old
            if imported() == old:
                assert {**there(), **first} == there()
            assert not [name for name in there() if "__new" in name or name.endswith(".old")]
            if not lost_again:
                break
            again += 1
        put({**there(), **copied(kind, weights)})
        install.swap("net", kind, weights)
        assert imported() == "new"
        assert not [name for name in there() if "__new" in name or name.endswith(".old")]
        if not lost:
            break
        steps += 1
    assert steps >= 1 + 2 * weights * ("net.bin" in first)


@pytest.mark.parametrize("replaces", [True, False], ids=["replacing", "FAT"])
@pytest.mark.parametrize(("kind", "weights"), NEW)
@pytest.mark.parametrize("before", BEFORE)
def test_ctrl_c_at_every_step_of_a_swap(install, before, kind, weights, replaces):
    """The old model or the new one is there, whole: the swap itself sees to that."""
    install.os.replaces = replaces
    first = BEFORE[before]
    put(first)
    old = imported()
    step = 1
    while True:
        put({**first, **copied(kind, weights)})
        install.os.calm = step
        try:
            install.swap("net", kind, weights)
            break
        except KeyboardInterrupt:
            install.repair("net")
        assert imported() in {old, "new"}
        if imported() == old:
            assert there() == first
        else:
            assert {**there(), **in_place(first, kind, weights)} == there()
        step += 1
    assert step > 1


@pytest.mark.parametrize("before", ["nothing", "py", "py and weights", "weights alone"])
@pytest.mark.parametrize("kind", [".py", ".mpy"])
@pytest.mark.parametrize("refuse", ["net__new.py", "net__new.mpy", "net__new.bin", "net.bin"])
def test_swap_that_fails_is_undone(install, before, kind, refuse):
    first = BEFORE[before]
    put({**first, **copied(kind, True)})
    install.os.refuse = (refuse,)
    if refuse not in there() or (refuse == "net.bin" and "net.bin" not in first):
        install.swap("net", kind, True)
        assert imported() == "new"
        return
    with pytest.raises(OSError, match="5"), suppress(FileNotFoundError):
        install.swap("net", kind, True)
    install.os.refuse = ()
    install.repair("net")
    assert there() == first


def test_swap_of_nothing(install):
    put({"net.py": "old"})
    with pytest.raises(OSError, match="net__new"):
        install.swap("net", ".py", False)
    assert there() == {"net.py": "old"}


@pytest.mark.parametrize(
    ("before", "after", "restored"),
    [
        ({}, {}, []),
        ({"net.py": "1"}, {"net.py": "1"}, []),
        ({"net.py": "1", "net__new.py": "2"}, {"net.py": "1"}, []),
        ({"net.py": "1", "net__new.mpy": "2", "net__new.bin": "2"}, {"net.py": "1"}, []),
        ({"net__new.py": "2", "net.py.old": "1"}, {"net.py": "1"}, ["net.py"]),
        ({"net.py": "2", "net.py.old": "1"}, {"net.py": "2"}, []),
        (
            {"net.py": "1", "net.bin": "2", "net.py.bin.old": "1", "net__new.py": "2"},
            {"net.py": "1", "net.bin": "1"},
            ["net.bin"],
        ),
        (
            {"net.py": "2", "net.bin": "2", "net.py.bin.old": "1", "net.py.old": "1"},
            {"net.py": "2", "net.bin": "2"},
            [],
        ),
        ({"net.py": "1", "net.mpy": "2"}, {"net.py": "1"}, []),
        # The .mpy is in place, and import still finds the .py.
        (
            {"net.py": "1", "net.mpy": "2", "net.bin": "2", "net.mpy.bin.old": "1"},
            {"net.py": "1", "net.bin": "1"},
            ["net.bin"],
        ),
    ],
)
def test_repair(install, capsys, before, after, restored):
    put(before)
    install.repair("net")
    assert there() == after
    assert said(capsys) == {"restored": restored}


@pytest.mark.parametrize(
    ("before", "finds"),
    [
        ({}, None),
        ({"net.mpy": ""}, "net.mpy"),
        ({"net.py": "", "net.mpy": ""}, "net.py"),
        ({"net.bin": "", "net__new.py": ""}, None),
    ],
)
def test_look_where_nothing_is_known(install, capsys, before, finds):
    put(before)
    install.look("net")
    facts = said(capsys)
    assert facts["disk"] is facts["heap"] is facts["block"] is None
    assert facts["there"] == finds
    assert facts["package"] is False
