"""Digits that a network draws on an OLED of 128x64 pixels (SSD1306), filled line by line."""

import random
import time

import framebuf
import generator
import ssd1306
from machine import I2C, Pin

display = ssd1306.SSD1306_I2C(128, 64, I2C(0, scl=Pin(1), sda=Pin(0), freq=400000))
height, width = generator.OUTPUT_SHAPE
wish = bytearray(generator.INPUTS)  # 16 random bytes, then 255 at the digit to draw
pixels = bytearray(generator.PIXELS)
image = framebuf.FrameBuffer(pixels, width, height, framebuf.GS8)
# Which levels are lit: the bright half.
palette = framebuf.FrameBuffer(bytearray(16) + b"\xff" * 16, 256, 1, framebuf.MONO_HLSB)
place = 0
while True:
    for i in range(16):
        wish[i] = random.getrandbits(8)
    for i in range(10):
        wish[16 + i] = 255 if i == place % 10 else 0
    generator.predict_into(wish, pixels)
    display.blit(image, place % 12 * 10, place // 12 % 6 * 10, -1, palette)
    display.show()
    place += 1
    time.sleep_ms(200)
