"""MPU-6050 by I2C: acceleration and rotation, raw 16-bit numbers; pins of a Pico."""

from struct import unpack

from machine import I2C, Pin

NAMES = ("ax", "ay", "az", "gx", "gy", "gz")
RATE = 100

_SENSOR = 0x68
_i2c = I2C(0, scl=Pin(1), sda=Pin(0), freq=400000)
_i2c.writeto_mem(_SENSOR, 0x6B, b"\x00")  # PWR_MGMT_1: wake up
_i2c.writeto_mem(_SENSOR, 0x1A, b"\x03")  # CONFIG: low-pass filter of 44 Hz
_data = bytearray(14)


def read():
    """Return the numbers of the registers from ACCEL_XOUT_H on, without the temperature."""
    _i2c.readfrom_mem_into(_SENSOR, 0x3B, _data)
    ax, ay, az, _, gx, gy, gz = unpack(">7h", _data)
    return ax, ay, az, gx, gy, gz
