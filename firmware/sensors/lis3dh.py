"""LIS3DH by I2C: acceleration, raw 16-bit numbers; pins of a Pico."""

from struct import unpack

from machine import I2C, Pin

NAMES = ("ax", "ay", "az")
RATE = 100

_SENSOR = 0x18
_i2c = I2C(0, scl=Pin(1), sda=Pin(0), freq=400000)
_i2c.writeto_mem(_SENSOR, 0x20, b"\x57")  # CTRL_REG1: 100 Hz, x, y and z
_i2c.writeto_mem(_SENSOR, 0x23, b"\x88")  # CTRL_REG4: whole samples, 2 g, high resolution
_data = bytearray(6)


def read():
    """Return the numbers of OUT_X_L and the registers after it."""
    _i2c.readfrom_mem_into(_SENSOR, 0x28 | 0x80, _data)
    return unpack("<3h", _data)
