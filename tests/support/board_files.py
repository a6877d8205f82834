"""The os module of a board, as far as firmware/install.py uses it, in the current folder."""

import json
import os
from pathlib import Path


class PowerLost(BaseException):
    pass


class FileSystem:
    """The os module of a board that may lose power or refuse a rename.

    kind: "replacing", as littlefs; "refusing" to rename to a name that exists; or "FAT", which
    MicroPython lets remove that file first, and which ignores the case of names.
    """

    def __init__(self, kind="replacing"):
        self.kind = kind
        self.refuse: tuple[str, ...] = ()
        self.blocks = 1000
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
        if old in self.refuse or (os.path.exists(new) and self.kind == "refusing"):
            raise OSError(5)
        if os.path.exists(new) and self.kind == "FAT":
            os.remove(new)
            self._step()
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
        if self.kind == "FAT":
            path = {name.upper(): name for name in os.listdir()}.get(path.upper(), path)
        return os.stat(path)

    def __getattr__(self, name):
        if name == "statvfs" and self.kind == "FAT":
            return lambda path: (512, 512, self.blocks, self.blocks, self.blocks)
        raise AttributeError(name)


def put(files):
    for path in Path().iterdir():
        path.unlink()
    for name, text in files.items():
        Path(name).write_text(text)


def there():
    return {path.name: path.read_text() for path in Path().iterdir()}


def said(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])
