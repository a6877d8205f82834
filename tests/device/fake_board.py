"""Runs a sketch on the Unix port: modules of a board, whose sensors replay a recording.

Registers, reset values and bits are those of the data sheets: MPU-6000/6050 register map
(RM-MPU-6000A-00), LIS3DH (DocID17530), XPT2046.
"""

import builtins
import json
import sys

import framebuf
import uctypes


class Over(Exception):
    """The recording is at its end."""


class Clock:
    """The time of the board in microseconds: only waiting and the bus take any."""

    def __init__(self):
        self.us = 0

    def ticks_ms(self):
        return self.us // 1000

    running_time = ticks_ms

    def ticks_add(self, ticks, delta):
        return ticks + delta

    def ticks_diff(self, a, b):
        return a - b

    def sleep_ms(self, ms):
        assert isinstance(ms, int)
        assert ms >= 0
        self.us += 1000 * ms

    sleep = sleep_ms


clock = Clock()


class Sensor:
    """Registers, and samples that follow one another at the sensor's own rate."""

    def __init__(self, samples, rate):
        self.samples = samples
        self.period = 1000000 // rate
        self.registers = bytearray(128)
        self.begin = None
        self.taken = []

    def start(self):
        if self.begin is None:
            self.begin = clock.us

    def now(self):
        """The number of the latest sample."""
        k = (clock.us - self.begin) // self.period
        if k >= len(self.samples):
            raise Over
        return k

    def take(self):
        k = self.now()
        self.taken.append(k)
        return self.samples[k]


class Mpu6050(Sensor):
    address = 0x68

    def __init__(self, samples, rate):
        super().__init__(samples, rate)
        self.registers[0x6B] = 0x40  # PWR_MGMT_1: SLEEP
        self.registers[0x75] = 0x68  # WHO_AM_I

    def write(self, register, data):
        assert register in (0x19, 0x1A, 0x1B, 0x1C, 0x6B), "not a register to write"
        self.registers[register] = data[0]
        # Full scale 2 g and 250 degrees a second are what the recordings were made with.
        assert not (self.registers[0x1B] | self.registers[0x1C]) & 0x18
        if not self.registers[0x6B] & 0x40:
            self.start()

    def read(self, register, n):
        if 0x3B <= register <= 0x48 and not self.registers[0x6B] & 0x40:
            ax, ay, az, gx, gy, gz = self.take()
            data = b""
            for v in (ax, ay, az, 0, gx, gy, gz):
                data += bytes([(v >> 8) & 255, v & 255])
            self.registers[0x3B : 0x3B + 14] = data
        return bytes(self.registers[register : register + n])


class Lis3dh(Sensor):
    address = 0x18

    def __init__(self, samples, rate):
        super().__init__(samples, rate)
        self.registers[0x0F] = 0x33  # WHO_AM_I
        self.registers[0x20] = 0x07  # CTRL_REG1: power down

    def write(self, register, data):
        assert register in (0x20, 0x23), "not a register to write"
        self.registers[register] = data[0]
        if register == 0x20:
            assert data[0] >> 4 == 5, "not 100 Hz"
            assert data[0] & 7 == 7, "an axis is off"
            assert not data[0] & 8, "low power: 8 bits"
            self.start()
        elif register == 0x23:
            assert data[0] & 8, "not of high resolution: 10 bits"
            assert not data[0] & 0x30, "not 2 g"

    def read(self, register, n):
        if self.begin is not None:
            fresh = not self.taken or self.now() > self.taken[-1]
            self.registers[0x27] = 0x0F if fresh else 0  # STATUS_REG: ZYXDA and each axis
        if register & 0x7F == 0x28:
            self.registers[0x28 : 0x28 + 6] = b"".join(
                [bytes([v & 255, (v >> 8) & 255]) for v in self.take()]
            )
        # The address counts on only where its highest bit is set.
        step = register >> 7
        register &= 0x7F
        return bytes([self.registers[register + step * k] for k in range(n)])


class Pin:
    IN, OUT = 0, 1

    def __init__(self, number, mode=None, value=0):
        self.number = number
        self.level = value
        pins[number] = self

    def __call__(self, level=None):
        if level is None:
            return panel.pen()
        self.level = level
        return None


pins = {}


class I2C:
    def __init__(self, number, scl, sda, freq):
        assert (scl.number, sda.number, freq) == (1, 0, 400000)

    def _device(self, address, n):
        clock.us += 25 * (n + 3)
        if address != device.address:
            raise OSError(19)  # ENODEV: nobody answers
        return device

    def writeto_mem(self, address, register, data):
        self._device(address, len(data)).write(register, data)

    def readfrom_mem_into(self, address, register, buffer):
        buffer[:] = self._device(address, len(buffer)).read(register, len(buffer))


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
            if self.at == len(recorded):
                raise Over
            word = (recorded[self.at] << 13) + (self.at * 7919 & 0x1FFF)
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
            raise Over
        self.ring[self.at : self.at + 512] = data
        self.at = (self.at + 512) % len(self.ring)
        return uctypes.addressof(self.ring) + self.at


def asm_pio(sideset_init, autopush, fifo_join):
    def run(program):
        program()
        return program

    return run


class Accelerometer(Sensor):
    """The micro:bit's own."""

    def get_values(self):
        self.start()
        return tuple(self.take())


class Display:
    def show(self, text):
        print(text)


class Panel:
    """A touch screen: strokes of points from 0 to 4095, each a point a reading of the pen."""

    def __init__(self, strokes):
        self.strokes = [list(stroke) for stroke in strokes]
        self.point = None
        self.pause = 0

    def pen(self):
        if self.pause:
            self.pause -= 1
            return 1
        if not self.strokes:
            raise Over
        if not self.strokes[0]:
            self.strokes.pop(0)
            self.pause = 2
            return 1
        self.point = self.strokes[0].pop(0)
        return 0


class SPI:
    def __init__(self, number, baudrate, sck, mosi, miso):
        assert baudrate <= 2500000
        assert (sck.number, mosi.number, miso.number) == (18, 19, 16)

    def write_readinto(self, out, into):
        assert pins[17].level == 0, "not selected"
        assert len(out) == len(into) == 3
        value = {0xD0: panel.point[0], 0x90: panel.point[1]}[out[0]] << 3
        into[:] = bytes([0xFF, value >> 8, value & 255])


class Camera:
    GRAYSCALE, FRAME_96X96 = 4, 0

    def __init__(self, frames):
        self.frames = frames
        self.begun = False

    def init(self, number, format, framesize):
        self.begun = (number, format, framesize) == (0, 4, 0)

    def capture(self):
        assert self.begun
        if not self.frames:
            raise Over
        return bytes(self.frames.pop(0))


class Oled(framebuf.FrameBuffer):
    """An SSD1306: prints the positions of the lit pixels of each picture."""

    def __init__(self, width, height, i2c):
        assert isinstance(i2c, I2C)
        self.size = width, height
        super().__init__(bytearray(width * height // 8), width, height, framebuf.MONO_VLSB)

    def show(self):
        width, height = self.size
        lit = [[x, y] for y in range(height) for x in range(width) if self.pixel(x, y)]
        print(json.dumps(lit))


def random_bits(n):
    """Return the next of the recorded numbers."""
    if not recorded:
        raise Over
    assert recorded[0] < 1 << n
    return recorded.pop(0)


class Module:
    def __init__(self, **names):
        for name, value in names.items():
            setattr(self, name, value)


kind, sketch = sys.argv[1:3]
with open("recorded.json") as file:
    recorded = json.load(file)
device = {"mpu6050": Mpu6050, "lis3dh": Lis3dh, "microbit_accelerometer": Accelerometer}.get(
    kind, Sensor
)(recorded, 50 if kind.startswith("microbit") else 100)
panel = Panel(recorded) if kind == "image_28x28" else None
sys.modules["time"] = clock
sys.modules["machine"] = Module(I2C=I2C, I2S=I2S, Pin=Pin, SPI=SPI)
pio = Module(OUT_LOW=0, JOIN_RX=2)
sys.modules["rp2"] = Module(PIO=pio, DMA=Dma, StateMachine=StateMachine, asm_pio=asm_pio)
builtins.nop, builtins.in_ = lambda: Instruction(False), lambda pins, n: Instruction(n == 1)
builtins.pins = None
sys.modules["random"] = Module(getrandbits=random_bits)
sys.modules["ssd1306"] = Module(SSD1306_I2C=Oled)
sys.modules["camera"] = Camera(recorded)
sys.modules["microbit"] = Module(
    accelerometer=device, display=Display(), running_time=clock.running_time, sleep=clock.sleep
)
try:
    with open(sketch) as file:
        exec(file.read(), {})
except Over:
    print(json.dumps(device.taken))
