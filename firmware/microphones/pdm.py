"""A PDM microphone on a Pico: PIO clocks it, DMA keeps its bits, a filter adds them up.

96 bits of 1.536 MHz become a sample of 16 kHz, by a CIC filter of three stages.
"""

from array import array

import micropython
import rp2
import uctypes
from machine import Pin

RING = 1 << 14  # bytes of bits: 85 ms
# Of the bits of three bytes, the latest first: how often each counts in three sums of 8 bits.
WEIGHTS = (1, 3, 6, 10, 15, 21, 28, 36, 42, 46, 48, 48, 46, 42, 36, 28, 21, 15, 10, 6, 3, 1, 0, 0)
TABLE = array("h", [0] * 768)
for k in range(768 * 8):
    TABLE[k >> 3] += WEIGHTS[(k >> 11) * 8 + (k & 7)] * (k >> 3 >> (k & 7) & 1)


@rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW, autopush=True, fifo_join=rp2.PIO.JOIN_RX)
def clocked():
    nop().side(0)
    in_(pins, 1).side(0)  # the microphone has its bit ready: SEL is at GND
    nop().side(1)[1]


@micropython.viper
def decimate(bits: ptr8, at: int, pcm: ptr16, state: ptr32):
    """Make samples of the bits from place `at` on: state[8] of them. The rest of state is kept."""
    t = ptr16(TABLE)
    a, b, c = state[0], state[1], state[2]
    old, older = state[6], state[7]
    for k in range(state[8]):
        for _ in range(12):
            byte = bits[at]
            a += t[byte] + t[256 + old] + t[512 + older]
            older = old
            old = byte
            b += a
            c += b
            at = (at + 1) & 0x3FFF
        x = c - state[3]
        state[3] = c
        y = x - state[4]
        state[4] = x
        v = (((y - state[5]) & 0xFFFFF) - 442368) >> 1
        state[5] = y
        pcm[k] = 32767 if v > 32767 else -32768 if v < -32768 else v
    state[0], state[1], state[2] = a, b, c
    state[6], state[7] = old, older


class Microphone:
    """Samples of 16 bits, as machine.I2S would deliver them."""

    def __init__(self, clock, data):
        whole = bytearray(2 * RING)
        at = -uctypes.addressof(whole) % RING
        self.bits = memoryview(whole)[at : at + RING]
        self.state = array("i", [0] * 9)
        self.at = 0
        pin, out = Pin(data, Pin.IN), Pin(clock)
        speed = 4 * 1536000
        self.machine = rp2.StateMachine(0, clocked, freq=speed, in_base=pin, sideset_base=out)
        self.dma = rp2.DMA()
        how = self.dma.pack_ctrl(
            inc_read=False, treq_sel=4, ring_size=14, ring_sel=True, bswap=True
        )
        self.dma.config(read=self.machine, write=self.bits, count=1 << 27, ctrl=how, trigger=True)
        self.machine.active(1)
        for _ in range(10):  # 200 ms, in which the microphone and the filter settle
            self.readinto(bytearray(640))

    def readinto(self, pcm):
        """Fill pcm; wait until there are as many samples."""
        while (self.dma.write - uctypes.addressof(self.bits) - self.at) % RING < 6 * len(pcm):
            if not self.dma.active():
                self.dma.active(1)  # after 46 minutes
        self.state[8] = len(pcm) // 2
        decimate(self.bits, self.at, pcm, self.state)
        self.at = (self.at + 6 * len(pcm)) % RING
