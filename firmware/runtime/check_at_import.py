"""A check when the module is imported."""

from intact import intact

_INTACT = intact()
