"""Motion of a LIS3DH, from its acceleration: 100 samples per second over I2C, by its own clock."""

from struct import unpack

import gestures
from machine import I2C, Pin

SENSOR = 0x18  # 0x19 where its SA0 is high

i2c = I2C(0, scl=Pin(1), sda=Pin(0), freq=400000)  # pins of a Pico
i2c.writeto_mem(SENSOR, 0x20, b"\x57")  # CTRL_REG1: 100 Hz, all three axes
i2c.writeto_mem(SENSOR, 0x23, b"\x88")  # CTRL_REG4: whole samples, 12 bits, 2 g
status = bytearray(1)
data = bytearray(6)
stream = gestures.Stream()
while True:
    i2c.readfrom_mem_into(SENSOR, 0x27, status)  # STATUS_REG: is there a new sample?
    if status[0] & 8:
        i2c.readfrom_mem_into(SENSOR, 0x28 | 0x80, data)  # OUT_X_L and the registers after it
        if stream.push(unpack("<3h", data)) is not None:
            print(stream.label)
