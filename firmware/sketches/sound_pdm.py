"""Sounds that a PDM microphone hears, such as an MP34DT05, on a Pico; pdm.py belongs to it."""

import sounds
from pdm import Microphone

microphone = Microphone(clock=3, data=2)  # pins of a Pico; SEL of the microphone is at GND
pcm = bytearray(2 * 320)  # 20 ms
stream = sounds.Stream()
last = None
while True:
    microphone.readinto(pcm)
    if stream.push(pcm) is not None and stream.label != last:
        last = stream.label
        print(last)
