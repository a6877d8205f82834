"""Sensor recordings, their windows, and the features of windows."""
