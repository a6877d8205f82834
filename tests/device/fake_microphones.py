"""What microphones need of a board: I2S, PIO and DMA, for `fake_board.py`.

Frames of I2S, requests of DMA and the order of bits are those of MicroPython's port to RP2.
"""

import builtins
import sys

import uctypes

given = {}


class Module:
    def __init__(self, **names):
        for name, value in names.items():
            setattr(self, name, value)


class I2S:
    """Samples of a microphone, 18 bits of 32: the recorded ones, with noise in the bits below."""

    RX, MONO = 0, 0

    def __init__(self, number, sck, ws, sd, mode, bits, format, rate, ibuf):
        assert ws.number == sck.number + 1, "WS has to be the pin after SCK"
        assert (mode, bits, format, rate) == (self.RX, 32, self.MONO, 16000)
        assert ibuf >= 8 * 1600, "less than 100 ms"
        self.at = 0

    def readinto(self, buffer):
        for k in range(0, len(buffer), 4):
            if self.at == len(given["recorded"]):
                raise given["over"]
            word = (given["recorded"][self.at] << 13) + (self.at * 7919 & 0x1FFF)
            buffer[k : k + 4] = (word & 0xFFFFFFFF).to_bytes(4, "little")
            self.at += 1


class Instruction:
    """One of a PIO program; `steps` has the level of the clock in each cycle, and what is read."""

    steps = []

    def __init__(self, reads):
        self.reads = reads

    def side(self, level):
        self.level = level
        self.steps.append((level, self.reads))
        return self

    def __getitem__(self, delay):
        self.steps.extend([(self.level, False)] * delay)
        return self


class StateMachine:
    def __init__(self, number, program, freq, in_base, sideset_base):
        # The clock is low and high for equally long; a bit is read at the end of the low half.
        assert Instruction.steps == [(0, False), (0, True), (1, False), (1, False)]
        assert number == 0
        assert freq == 4 * 1536000
        assert (in_base.number, sideset_base.number) == (2, 3)
        self.running = False

    def active(self, on):
        self.running = bool(on)


class Dma:
    """Copies words of bits from the state machine to a ring, while the sketch looks."""

    def pack_ctrl(self, **how):
        wanted = {"inc_read": False, "treq_sel": 4, "ring_size": 14, "ring_sel": True}
        # The first bit is the highest of a word, whose lowest byte comes first: they are swapped.
        assert how == dict(wanted, bswap=True)
        return how

    def config(self, read, write, count, ctrl, trigger):
        assert uctypes.addressof(write) % (1 << 14) == 0, "a ring has to be aligned"
        assert len(write) == 1 << 14
        assert count < 1 << 28
        assert trigger
        self.machine, self.ring, self.at = read, write, 0
        self.bits = open("bits.bin", "rb")

    def active(self):
        return True

    @property
    def write(self):
        assert self.machine.running
        data = self.bits.read(512)
        if len(data) < 512:
            raise given["over"]
        self.ring[self.at : self.at + 512] = data
        self.at = (self.at + 512) % len(self.ring)
        return uctypes.addressof(self.ring) + self.at


def asm_pio(sideset_init, autopush, fifo_join):
    def run(program):
        program()
        return program

    return run


def install(machine, recorded, over):
    """Add the modules of microphones; `over` is raised at the end of what was recorded."""
    given["recorded"], given["over"] = recorded, over
    machine.I2S = I2S
    pio = Module(OUT_LOW=0, JOIN_RX=2)
    sys.modules["rp2"] = Module(PIO=pio, DMA=Dma, StateMachine=StateMachine, asm_pio=asm_pio)
    builtins.nop, builtins.in_ = lambda: Instruction(False), lambda pins, n: Instruction(n == 1)
    builtins.pins = None
