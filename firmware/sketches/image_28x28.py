"""A digit drawn with a finger, in 28x28 pixels: a touch screen with an XPT2046 over SPI."""

import time

import digits
from machine import SPI, Pin

spi = SPI(0, baudrate=1000000, sck=Pin(18), mosi=Pin(19), miso=Pin(16))
select = Pin(17, Pin.OUT, value=1)
pen = Pin(20, Pin.IN)  # low while the screen is touched
command, answer = bytearray(3), bytearray(3)
image = bytearray(784)


def touched(axis):
    """Return the pen's place, 0 to 26; axis: 0xD0 is x, 0x90 y."""
    command[0] = axis
    select(0)
    spi.write_readinto(command, answer)
    select(1)
    return ((answer[1] << 8 | answer[2]) >> 3) * 27 >> 12


while True:
    drawn = False
    while not pen():
        at = 28 * touched(0x90) + touched(0xD0)
        for k in (at, at + 1, at + 28, at + 29):  # a line two pixels wide
            image[k] = 255
        drawn = True
    if drawn:
        print(digits.LABELS[digits.predict(image)])
        image[:] = bytes(784)
    time.sleep_ms(20)
