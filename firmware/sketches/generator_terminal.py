"""Digits that a network draws in the terminal, one a second, each in a way of its own."""

import random
import time

import generator

height, width = generator.OUTPUT_SHAPE
wish = bytearray(generator.INPUTS)  # 16 random bytes, then 255 at the digit to draw
image = bytearray(generator.PIXELS)
digit = 0
while True:
    for i in range(16):
        wish[i] = random.getrandbits(8)
    for i in range(10):
        wish[16 + i] = 255 if i == digit else 0
    generator.predict_into(wish, image)
    for row in range(0, width * height, width):
        print("".join([" .+*#"[level // 52] * 2 for level in image[row : row + width]]))
    digit = (digit + 1) % 10
    time.sleep_ms(1000)
