"""The weights file beside the module, checked completely before the first result."""

from binascii import crc32

# Literal of an example network; the exporter puts the network's own in its place.
# length and CRC-32 of the payload that follows the 12-byte header
WEIGHTS = (0, 0)


def weights_name():
    """Return the file's name: the module's path with suffix .bin."""
    return __file__.rsplit(".", 1)[0] + ".bin"


def check_header(name, head):
    """Raise ValueError if head, the file's first 12 bytes, does not belong to these weights."""
    if head[:4] != b"TNW1":
        raise ValueError("%s is not a weights file: copy the one that was exported" % name)
    sizes = (int.from_bytes(head[4:8], "little"), int.from_bytes(head[8:12], "little"))
    if sizes != WEIGHTS:
        raise ValueError("%s is of another model: copy the one exported with this module" % name)


def check_payload(name, length, crc):
    """Raise ValueError if the length or CRC-32 of the payload is wrong."""
    if (length, crc & 0xFFFFFFFF) != WEIGHTS:
        raise ValueError(
            "%s is damaged (%d of %d bytes, CRC-32 %08x, not %08x): copy it again"
            % (name, length, WEIGHTS[0], crc & 0xFFFFFFFF, WEIGHTS[1])
        )


def open_weights():
    """Return the open file; ValueError names it and says what is wrong with it."""
    name = weights_name()
    try:
        file = open(name, "rb")
    except OSError:
        raise ValueError("%s is missing: copy it beside the module" % name)
    check_file(name, file)
    return file


def check_file(name, file):
    """Raise ValueError if the open file, read from its start, is not what was exported."""
    check_header(name, file.read(12))
    buffer = bytearray(256)
    length = crc = 0
    while True:
        n = file.readinto(buffer)
        if not n:
            break
        crc = crc32(memoryview(buffer)[:n], crc)
        length += n
    check_payload(name, length, crc)
