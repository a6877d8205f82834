"""From the fused graph to the text of one MicroPython module and a file of weights."""
