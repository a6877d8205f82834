"""The goals of the project, measured: `make bench`, or `python -m thumbnet.tools.benchmark`.

Every measurement first checks the answers, and returns lines of the table of goals.
"""
