"""Motion of an MPU-6050, from its acceleration and rotation: 100 samples per second over I2C."""

import time
from struct import unpack

import gestures
from machine import I2C, Pin

SENSOR = 0x68

i2c = I2C(0, scl=Pin(1), sda=Pin(0), freq=400000)  # pins of a Pico
i2c.writeto_mem(SENSOR, 0x6B, b"\x00")  # PWR_MGMT_1: wake up
i2c.writeto_mem(SENSOR, 0x1A, b"\x03")  # CONFIG: low-pass filter of 44 Hz
data = bytearray(14)
stream = gestures.Stream()
due = time.ticks_ms()
while True:
    i2c.readfrom_mem_into(SENSOR, 0x3B, data)  # from ACCEL_XOUT_H on
    ax, ay, az, _temperature, gx, gy, gz = unpack(">7h", data)
    if stream.push((ax, ay, az, gx, gy, gz)) is not None:
        print(stream.label)
    due = time.ticks_add(due, 10)
    time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
