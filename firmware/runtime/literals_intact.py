"""A CRC-32 over what the exporter wrote into the module: weights, parameters, labels."""

# Literals of an example network; the exporter puts the network's own in their place.
# the names of the literals, and the CRC-32 of their values in hexadecimal: as a number, it would be
# too large for the smallest firmware
CHECKED = ("CRC",)
CRC = "00000000"


def literals_intact():
    """Raise ValueError if a literal is not what was exported."""
    from binascii import crc32  # some small firmware has none

    crc = 0
    for name in CHECKED:
        value = globals()[name]
        if not isinstance(value, tuple) and not isinstance(value, list):
            value = (value,)
        for part in value:
            if isinstance(part, int) or isinstance(part, tuple) or isinstance(part, str):
                part = str(part).encode()
            crc = crc32(part, crc)
    if "%08x" % (crc & 0xFFFFFFFF) != CRC:
        raise ValueError(__name__ + " is damaged: reset the board, or copy the module again")
