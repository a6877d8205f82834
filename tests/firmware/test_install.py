"""The on-board half of a deployment, and the power lost before each of its steps.

The same file runs on the board. A model here is a module that says which file of weights it needs.
"""

from importlib import resources
from pathlib import Path

import pytest
from support.board_files import FileSystem, PowerLost, put, said, there
from support.fake_artifact import load


@pytest.fixture
def install(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = load(Path(str(resources.files("thumbnet.firmware") / "install.py")))
    module.os = FileSystem()
    return module


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


def left_over():
    endings = (".old", ".ok")
    return [name for name in there() if "__" in name or name.endswith(endings)]


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


@pytest.mark.parametrize("system", ["replacing", "refusing", "FAT"])
@pytest.mark.parametrize(("kind", "weights"), NEW)
@pytest.mark.parametrize("before", BEFORE)
def test_swap(install, capsys, before, kind, weights, system):
    install.os.kind = system
    put({**BEFORE[before], **copied(kind, weights)})
    install.swap("net", kind)
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


@pytest.mark.parametrize("system", ["replacing", "refusing", "FAT"])
@pytest.mark.parametrize(("kind", "weights"), NEW)
@pytest.mark.parametrize("before", BEFORE)
def test_power_lost_at_every_step_of_a_swap(install, before, kind, weights, system):
    """What is imported then is the old model, the new one, or refused by name; repair mends it."""
    install.os.kind = system
    first = BEFORE[before]
    put(first)
    old = imported()
    refusals = {"net.bin is of another model", "net.bin is missing"} if weights else set()
    refusals |= {"no module named 'net'"} if system != "replacing" else set()
    steps = 0
    while True:
        put({**first, **copied(kind, weights)})
        lost = cut(install, steps, install.swap, "net", kind)
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
            assert imported() == "new" if answered != old else imported() in {old, "new"}
            if imported() == old:
                assert {**there(), **first} == there()
            assert left_over() == []
            if not lost_again:
                break
            again += 1
        put({**there(), **copied(kind, weights)})
        install.swap("net", kind)
        assert imported() == "new"
        assert left_over() == []
        if not lost:
            break
        steps += 1
    assert steps >= 2 + weights


@pytest.mark.parametrize("system", ["replacing", "refusing", "FAT"])
@pytest.mark.parametrize(("kind", "weights"), NEW)
@pytest.mark.parametrize("before", BEFORE)
def test_ctrl_c_at_every_step_of_a_swap(install, before, kind, weights, system):
    """The old model or the new one is there, whole, once the host has called repair."""
    install.os.kind = system
    first = BEFORE[before]
    put(first)
    old = imported()
    step = 1
    while True:
        put({**first, **copied(kind, weights)})
        install.os.calm = step
        try:
            install.swap("net", kind)
            break
        except KeyboardInterrupt:
            install.repair("net")
        assert imported() in {old, "new"}
        if imported() == old:
            assert there() == first
        else:
            assert {**there(), **in_place(first, kind, weights)} == there()
        assert left_over() == []
        step += 1
    assert step > 1


@pytest.mark.parametrize("system", ["replacing", "refusing"])
@pytest.mark.parametrize("before", ["nothing", "py", "mpy", "a file of the user's"])
@pytest.mark.parametrize("kind", [".py", ".mpy"])
def test_rename_that_fails_changes_nothing(install, before, kind, system):
    install.os.kind = system
    put({**BEFORE[before], **copied(kind, False)})
    install.os.refuse = (f"net__new{kind}",)
    with pytest.raises(OSError, match="5"):
        install.swap("net", kind)
    install.os.refuse = ()
    install.repair("net")
    assert there() == BEFORE[before]


@pytest.mark.parametrize("before", BEFORE)
def test_rename_that_fails_after_that_of_the_weights(install, before):
    """The old weights are gone then: as soon as it works, the new model is completed."""
    put({**BEFORE[before], **copied(".py", True)})
    install.os.refuse = ("net__new.py",)
    with pytest.raises(OSError, match="5"):
        install.swap("net", ".py")
    install.os.refuse = ()
    install.repair("net")
    assert there() == in_place(BEFORE[before], ".py", True)


def test_fat_without_room_for_a_copy(install):
    install.os.kind = "FAT"
    first = {**BEFORE["py and weights"], **copied(".py", True)}
    put(first)
    install.os.blocks = 1
    with pytest.raises(OSError, match="28"):
        install.swap("net", ".py")
    assert there() == first
    install.os.blocks = 2
    install.swap("net", ".py")
    assert imported() == "new"


def test_fat_without_room_after_a_cut(install, monkeypatch):
    """A cut may have lost blocks that the copy needs: then the files themselves are renamed."""
    install.os.kind = "FAT"
    first = BEFORE["py and weights"]
    put({**first, **copied(".py", True), "net__new.py.ok": "", "net__put.bin": "TNW1 n"})

    def full(old, new):
        Path(new).write_text("half")
        raise OSError(28)

    monkeypatch.setattr(install, "copy", full)
    install.repair("net")
    assert there() == in_place(first, ".py", True)


def test_swap_of_nothing(install):
    put({"net.py": "old"})
    with pytest.raises(OSError, match="net__new"):
        install.swap("net", ".py")
    assert there() == {"net.py": "old"}


@pytest.mark.parametrize(
    ("before", "after", "completed"),
    [
        ({}, {}, None),
        ({"net.py": "1"}, {"net.py": "1"}, None),
        ({"net.py": "1", "net__new.py": "2"}, {"net.py": "1"}, None),
        ({"net.py": "1", "net__new.mpy": "2", "net__new.bin": "2"}, {"net.py": "1"}, None),
        ({"net.py": "1", "net__new.py": "2", "net__new.py.ok": ""}, {"net.py": "2"}, "net.py"),
        ({"net.py": "2", "net__new.py.ok": ""}, {"net.py": "2"}, "net.py"),
        ({"net.py.old": "1", "net__new.py": "2", "net__new.py.ok": ""}, {"net.py": "2"}, "net.py"),
        (
            {"net.py": "1", "net.bin": "2", "net__new.py": "2", "net__new.py.ok": ""},
            {"net.py": "2", "net.bin": "2"},
            "net.py",
        ),
        # The .mpy is in place, and import still finds the .py.
        ({"net.py": "1", "net.mpy": "2", "net__new.mpy.ok": ""}, {"net.mpy": "2"}, "net.mpy"),
        # Without the mark nobody knows whether what waits is whole.
        ({"net.mpy": "1", "net__new.mpy": "2", "net__put.mpy": "2"}, {"net.mpy": "1"}, None),
    ],
)
def test_repair(install, capsys, before, after, completed):
    put(before)
    install.repair("net")
    assert there() == after
    assert said(capsys) == {"completed": completed}


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
