"""A deployment on a RAM disk whose power is cut after a number of block writes.

`micropython power_cuts.py CASE.json`: the case says which file system, what is on it before, which
files are deployed, and at how many points the power is cut. The real install.py runs, and the
modules are really imported. One line of JSON for each cut: "at once", what `import net` gives when
the board boots again; "repaired", the same after repair; "again", after another deployment.
"""

import gc
import json
import os
import sys

import vfs


class PowerLost(BaseException):
    pass


class Disk:
    """Blocks in RAM; `left` writes are done, the last of them only in part if `torn`."""

    def __init__(self, data, block):
        self.data = data
        self.block = block
        self.left = -1  # never cut
        self.torn = False
        self.writes = 0

    def readblocks(self, n, buffer, offset=0):
        at = n * self.block + offset
        buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, n, buffer, offset=0):
        self._write(n * self.block + offset, buffer)

    def ioctl(self, command, argument):
        if command == 4:
            return len(self.data) // self.block
        if command == 5:
            return self.block
        if command == 6:
            self._write(argument * self.block, b"\xff" * self.block)
            return 0
        return None

    def _write(self, at, buffer):
        self.writes += 1
        if self.left == 0:
            if self.torn:
                half = len(buffer) // 2
                self.data[at : at + half] = buffer[:half]
                self.torn = False
            raise PowerLost
        self.left -= 1
        self.data[at : at + len(buffer)] = buffer


def boot(data, left=-1, torn=False):
    """Mount the disk, with the file system's own code, as after a reset."""
    disk = DISK[0] = Disk(data, BLOCK)
    os.chdir("/")
    if "/ram" in [where for _, where in vfs.mount()]:
        vfs.umount("/ram")
    vfs.mount(KIND(disk), "/ram")
    os.chdir("/ram")
    disk.left = left
    disk.torn = torn
    return disk


def put(files):
    for name in files:
        with open(name, "wb") as file:
            file.write(files[name])


def transfer(name, data):
    """Write as mpremote does: a piece of 256 bytes at a time."""
    file = open(name, "wb")
    for at in range(0, len(data), 256):
        file.write(data[at : at + 256])
    file.close()


def deploy():
    """Do what tools/run/deployment.py does, the module last."""
    quiet(INSTALL["repair"], "net")
    for ending in (".bin", CASE["kind"]):
        if "net" + ending in NEW:
            transfer("net__new" + ending, NEW["net" + ending])
    copied = DISK[0].writes
    quiet(INSTALL["swap"], "net", CASE["kind"])
    return copied


def quiet(function, *arguments):
    """Call without the line that the host would read."""
    before = INSTALL["print"]
    INSTALL["print"] = lambda text: None
    function(*arguments)
    INSTALL["print"] = before


def answer():
    """Which model `import net` finds, None for none; or how it fails."""
    sys.modules.pop("net", None)
    gc.collect()
    try:
        import net

        return getattr(net, "WHICH", "an empty module")
    except ImportError:
        return None
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def whole():
    """Like answer(), but the files must be those of that model, also once the disk is full."""
    said = answer()
    full()
    files = {"old": OLD, "new": NEW}.get(said, {})
    for name in ("net.py", "net.mpy", "net.bin"):
        have = content(name)
        if have != files.get(name) and not (name == "net.bin" and have == OLD.get(name)):
            return "%s of %s differs" % (name, said)
    for name in USER:
        if content(name) != USER[name]:
            return "the user's %s is lost" % name
    for name in os.listdir():
        if name not in USER and name not in ("net.py", "net.mpy", "net.bin"):
            return "%s is left" % name
    return said


def content(name):
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError:
        return None


def full():
    """Fill the disk and free it again: blocks that are wrongly free lose their contents."""
    try:
        with open("filler", "wb") as file:
            while True:
                file.write(b"\x55" * 512)
    except OSError:
        pass
    os.remove("filler")


def cut(data, left, torn, function, *arguments):
    """Run until the power is cut; say whether it was."""
    boot(data, left, torn)
    try:
        function(*arguments)
    except PowerLost:
        return True
    except OSError as error:
        if left < 0:
            raise error
        return True  # on the way out of a cut
    return False


def blobs(files):
    return {name: bytes.fromhex(text) for name, text in files.items()}


with open(sys.argv[1]) as file:
    CASE = json.load(file)
INSTALL = {"__name__": "install", "print": print}
exec(CASE["install"], INSTALL)
FAT = CASE["system"] == "fat"
KIND = vfs.VfsFat if FAT else vfs.VfsLfs2
BLOCK = 512 if FAT else 1024
OLD, NEW, USER = blobs(CASE["old"]), blobs(CASE["new"]), blobs(CASE["user"])
DISK = [None]
sys.path[:] = [""]

image = bytearray(CASE["size"])
KIND.mkfs(Disk(image, BLOCK))
boot(image)
put({name + ".gone": USER[name] for name in USER})
put(USER)
for name in USER:  # gaps in the directory
    os.remove(name + ".gone")
put(OLD)

disk = boot(bytearray(image))
copied = deploy()
writes = disk.writes
assert whole() == "new", whole()
print(json.dumps({"copied": copied, "writes": writes}))
# The steps of the swap that matter most, then evenly over the rest.
lefts = [left for left in range(copied, writes) if left < copied + 6 or left >= writes - 24]
evenly = max(0, CASE["points"] - len(lefts))
lefts += [at * writes // evenly for at in range(evenly)]
for point, left in enumerate(lefts):
    torn = not FAT and point % 2 == 1  # FAT cannot survive half a sector
    data = bytearray(image)
    lost = cut(data, left, torn, deploy)
    line = {"left": left, "lost": lost}
    boot(data)
    line["at once"] = answer()
    repairs = CASE["repairs"] if left >= copied else 0
    for again in range(repairs):  # the power is cut while it is repaired, and then again
        if not cut(data, again, False, quiet, INSTALL["repair"], "net"):
            break
    boot(data)
    quiet(INSTALL["repair"], "net")
    line["repaired"] = whole()
    deploy()
    line["again"] = whole()
    print(json.dumps(line))
