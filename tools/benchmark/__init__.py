"""The goals table: `make bench`, or `python -m thumbnet.tools.benchmark`.

Each file measures something, checks its answers first, and gives `Line`s.
"""
