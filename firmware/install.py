"""Replaces an old module with a new one; survives a lost cable or power.

The steps run on the board, through the raw REPL: a host that disconnects cannot interrupt them.
The module is name.py or name.mpy; its weights, if they are a file, are name.bin. New files wait
as name__new. When they are all there and tested, an empty file name__new.py.ok (or .mpy.ok) says
so: until then, the old files are not touched; from then on, an interrupted swap is completed.
"""

import gc
import json
import os
import sys

KINDS = (".py", ".mpy")  # import takes the first that exists


def exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def remove(path):
    if exists(path):
        os.remove(path)


def found(name):
    """Return the file that import finds, None if there is none."""
    for kind in KINDS:
        if exists(name + kind):
            return name + kind
    return None


def look(name):
    """Print the free heap and disk space (None if unknown), and what is installed.

    mpy: which compiled modules this firmware accepts; there: the file that import finds; package:
    whether it finds a folder instead.
    """
    heap = disk = block = None
    gc.collect()
    if hasattr(gc, "mem_free"):
        heap = gc.mem_free()
    if hasattr(os, "statvfs"):
        room = os.statvfs(".")
        block = room[1] or room[0]
        disk = block * room[4]
    facts = {"platform": sys.platform, "heap": heap, "disk": disk, "block": block}
    facts["mpy"] = getattr(sys.implementation, "_mpy", None)
    facts["there"] = found(name)
    facts["package"] = exists(name)
    print(json.dumps(facts))


def repair(name):
    """Complete an interrupted swap, or remove what an interrupted copy left."""
    completed = None
    for kind in KINDS:
        if exists(ready(name, kind)):
            finish(name, kind)
            completed = name + kind
    clear(name)
    print(json.dumps({"completed": completed}))


def swap(name, kind):
    """Replace what import finds as name with name__new, a whole and tested module."""
    os.stat(name + "__new" + kind)  # raises OSError if there is none
    weights = exists(name + "__new.bin")
    if folds(name + "__new" + kind):
        check_room(name, kind)
    with open(ready(name, kind), "wb"):
        pass
    settle()
    before = found(name)
    try:
        finish(name, kind)
    except OSError:
        if not weights and found(name) == before:  # still the old module: leave it at that
            remove(ready(name, kind))
        raise
    if not weights and is_weights(name + ".bin"):
        remove(name + ".bin")
    settle()
    print(json.dumps({"installed": name + kind}))


def finish(name, kind):
    """Do what a swap does once the new files are ready; any step may have been done before.

    The weights go first: until import finds the new module, the old one rejects these weights.
    """
    source = name + "__new"
    endings = [ending for ending in (".bin", kind) if exists(source + ending)]
    if folds(ready(name, kind)):
        source = spare(name, endings)
    for ending in endings:
        rename(source + ending, name + ending)
    for other in KINDS:
        if other != kind:
            remove(name + other)
    settle()
    remove(ready(name, kind))
    clear(name)


def spare(name, endings):
    """Copy the new files to name__put, for FAT; return the stem of those to rename.

    FAT renames in two steps. Without power for the second, a file has two names, and is lost if one
    of them is removed. So a copy is renamed, and the original stays until all is done.
    """
    put = name + "__put"
    for ending in endings:
        if exists(put + ending):  # it may be the same file as the one in place
            remove(put + ending)
            remove(name + ending)
    try:
        for ending in endings:
            copy(name + "__new" + ending, put + ending)
    except OSError:  # cuts before have lost room: there is nothing else to rename
        return name + "__new"
    return put


def ready(name, kind):
    return name + "__new" + kind + ".ok"


def clear(name):
    for ending in (".bin",) + KINDS:
        for path in (name + "__put" + ending, name + "__new" + ending, name + ending + ".old"):
            remove(path)


def folds(path):
    """Whether the file system takes capital letters for small ones, as FAT does; path is a file."""
    return exists(path.upper())


def rename(old, new):
    """Rename old to new. If renaming does not overwrite here, set new aside first."""
    try:
        os.rename(old, new)
    except OSError:
        if not exists(new):
            raise
        os.rename(new, new + ".old")
        try:
            os.rename(old, new)
        except OSError:
            os.rename(new + ".old", new)
            raise
        os.remove(new + ".old")


def copy(old, new):
    piece = bytearray(512)
    view = memoryview(piece)
    with open(old, "rb") as source:
        with open(new, "wb") as file:
            while True:
                size = source.readinto(piece)
                if not size:
                    break
                file.write(view[:size])


def check_room(name, kind):
    """Raise OSError (ENOSPC) if there is no room for copies of the new files."""
    room = os.statvfs(".")
    block, free = room[1] or room[0], room[4]
    for ending in (".bin", kind):
        if exists(name + "__new" + ending):
            free -= -(-os.stat(name + "__new" + ending)[6] // block)
    if free < 0:
        raise OSError(28)


def settle():
    """Write what the firmware still keeps in RAM."""
    if hasattr(os, "sync"):
        os.sync()


def is_weights(path):
    if not exists(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"TNW1"
