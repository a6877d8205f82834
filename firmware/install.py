"""Put a new module in the place of an old one, so that a cut cable loses neither.

The steps run on the board, through the raw REPL: a host that goes away cannot stop between two
of them. Names: the new file waits as new, the replaced one is kept as old for a moment.
"""

import gc
import json
import os
import sys


def exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def look(name):
    """Say how much heap and file system is free (None where it is not known), and what is there.

    there: whether the file called name is; package: a folder that import would find instead.
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
    facts["there"] = exists(name)
    facts["package"] = exists(name.rsplit(".", 1)[0])
    print(json.dumps(facts))


def repair(name, new, old):
    """Undo what an interrupted installation left: the previous file is whole afterwards."""
    restored = exists(old) and not exists(name)
    if restored:
        os.rename(old, name)
    elif exists(old):
        os.remove(old)
    if exists(new):
        os.remove(new)
    print(json.dumps({"restored": restored}))


def swap(name, new, old):
    """Rename new to name. Where a rename does not replace (FAT), name steps aside as old."""
    try:
        os.rename(new, name)
    except OSError:
        if not exists(name):
            raise
        os.rename(name, old)
        try:
            os.rename(new, name)
        except OSError:
            os.rename(old, name)
            raise
        os.remove(old)
    print(json.dumps({"installed": name}))
