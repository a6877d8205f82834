"""The on-board half of a deployment, step by step: the same file that runs on the board."""

import json
import os
from importlib import resources
from pathlib import Path

import pytest
from support.fake_artifact import load

NAMES = ("net.py", "net__new.py", "net.py.old")


@pytest.fixture
def install(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = load(Path(str(resources.files("thumbnet.firmware") / "install.py")))
    module.os = FileSystem()
    return module


class FileSystem:
    """The os module of a board whose rename does not replace, and may refuse altogether."""

    refuse: tuple[str, ...] = ()

    def rename(self, old, new):
        if os.path.exists(new) or old in self.refuse:
            raise OSError(5)
        os.rename(old, new)

    stat = staticmethod(os.stat)
    remove = staticmethod(os.remove)


def put(**texts):
    for name, text in zip(NAMES, map(texts.get, ("name", "new", "old")), strict=True):
        if text is not None:
            Path(name).write_text(text)


def there():
    return {name: Path(name).read_text() for name in NAMES if Path(name).exists()}


def test_swap(install, capsys):
    put(name="1", new="2")
    install.swap(*NAMES)
    assert there() == {"net.py": "2"}
    assert json.loads(capsys.readouterr().out) == {"installed": "net.py"}


def test_swap_the_first_time(install):
    put(new="2")
    install.swap(*NAMES)
    assert there() == {"net.py": "2"}


def test_swap_that_fails_puts_the_old_one_back(install):
    put(name="1", new="2")
    install.os.refuse = ("net__new.py",)
    with pytest.raises(OSError, match="5"):
        install.swap(*NAMES)
    assert there() == {"net.py": "1", "net__new.py": "2"}


def test_swap_of_nothing(install):
    put(name="1")
    with pytest.raises(OSError, match="net__new"):
        install.swap(*NAMES)
    assert there() == {"net.py": "1"}


@pytest.mark.parametrize(
    ("before", "after", "restored"),
    [
        ({}, {}, False),
        ({"name": "1"}, {"net.py": "1"}, False),
        ({"name": "1", "new": "2"}, {"net.py": "1"}, False),
        ({"new": "2", "old": "1"}, {"net.py": "1"}, True),
        ({"name": "2", "old": "1"}, {"net.py": "2"}, False),
    ],
)
def test_repair(install, capsys, before, after, restored):
    put(**before)
    install.repair(*NAMES)
    assert there() == after
    assert json.loads(capsys.readouterr().out) == {"restored": restored}


def test_look_where_nothing_is_known(install, capsys):
    install.look("net.py")
    facts = json.loads(capsys.readouterr().out)
    assert facts["disk"] is facts["heap"] is facts["block"] is None
