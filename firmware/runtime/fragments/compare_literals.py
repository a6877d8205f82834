"""A CRC-32 over what the exporter wrote into the module: weights, parameters, labels."""


def compare_literals():
    from binascii import crc32  # some small firmware has none

    crc = 0
    for name in CHECKED:
        value = globals()[name]
        for part in value if isinstance(value, (tuple, list)) else (value,):
            try:
                crc = crc32(part, crc)
            except TypeError:  # not a buffer
                crc = crc32(str(part).encode(), crc)
    if "%08x" % (crc & 0xFFFFFFFF) != CRC:
        raise ValueError(__name__ + " is damaged: reset the board, or copy the module again")
