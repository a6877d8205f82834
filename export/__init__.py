"""Quantize a trained network and emit it as one MicroPython module."""
