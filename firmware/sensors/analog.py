"""One analog input, from 0 to 65,535: a light sensor, a potentiometer, a microphone module."""

from machine import ADC, Pin

NAMES = ("value",)
RATE = 100

_adc = ADC(Pin(26))  # ADC0 of a Pico


def read():
    """Return the voltage, 65,535 for that of the supply."""
    return (_adc.read_u16(),)
