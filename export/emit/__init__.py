"""From the fused graph to the text of one MicroPython module and its file of weights."""
