"""Sounds of an I2S microphone, such as an INMP441 or SPH0645: 16,000 samples a second."""

import micropython
import sounds
from machine import I2S, Pin

# Pins of a Pico: WS has to be the one after SCK. L/R, or SEL, of the microphone is at GND.
sck, ws, sd = Pin(16), Pin(17), Pin(18)
# The driver keeps 125 ms while the board computes: 8 bytes for each sample.
microphone = I2S(
    0,
    sck=sck,
    ws=ws,
    sd=sd,
    mode=I2S.RX,
    bits=32,
    format=I2S.MONO,
    rate=16000,
    ibuf=16000,
)
raw = bytearray(4 * 320)  # 20 ms
pcm = bytearray(2 * 320)


@micropython.viper
def to_16_bits(raw: ptr32, pcm: ptr16, n: int):
    """Keep 16 of the upper bits: three more than the loudest sound leaves, or speech is faint."""
    for k in range(n):
        v = raw[k] >> 13
        pcm[k] = 32767 if v > 32767 else -32768 if v < -32768 else v


stream = sounds.Stream()
last = None
while True:
    microphone.readinto(raw)
    to_16_bits(raw, pcm, 320)
    if stream.push(pcm) is not None and stream.label != last:
        last = stream.label
        print(last)
