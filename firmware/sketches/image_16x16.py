"""A camera image in 16x16 pixels, each the mean of 6x6 in a grey picture of 96x96."""

import camera
import digits

camera.init(0, format=camera.GRAYSCALE, framesize=camera.FRAME_96X96)
image = bytearray(256)
while True:
    frame = camera.capture()
    for pixel in range(256):
        first = (pixel >> 4) * 6 * 96 + (pixel & 15) * 6
        total = 0
        for row in range(first, first + 576, 96):
            total += sum(frame[row : row + 6])
        image[pixel] = total // 36
    print(digits.LABELS[digits.predict(image)])
