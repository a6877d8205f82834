"""The files and the `.hex` of a micro:bit v1, whose heap cannot compile one large module."""
