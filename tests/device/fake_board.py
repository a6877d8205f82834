"""Runs a sketch on the Unix port: modules of a board, whose sensors replay a recording.

Registers, reset values and bits are those of the data sheets: MPU-6000/6050 register map
(RM-MPU-6000A-00), LIS3DH (DocID17530), XPT2046.
"""

import json
import sys

import framebuf


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
sys.modules["machine"] = Module(I2C=I2C, Pin=Pin, SPI=SPI)
sys.modules["random"] = Module(getrandbits=random_bits)
sys.modules["ssd1306"] = Module(SSD1306_I2C=Oled)
sys.modules["camera"] = Camera(recorded)
sys.modules["microbit"] = Module(
    accelerometer=device, display=Display(), running_time=clock.running_time, sleep=clock.sleep
)
if kind.startswith("sound"):
    import fake_microphones

    fake_microphones.install(sys.modules["machine"], recorded, Over)
try:
    with open(sketch) as file:
        exec(file.read(), {})
except Over:
    print(json.dumps(device.taken))
