"""Read networks that were trained elsewhere.

Each file format has a sub-package, and each becomes the trainer's `Model` or the exporter's integer
graph. See docs/import.md.
"""

from .classes import TASKS, with_classes
from .integer_networks.network import IntegerNetwork
from .integer_networks.saving import integer_network_of, save_integer_network
from .read import FORMATS, read

__all__ = [
    "FORMATS",
    "TASKS",
    "IntegerNetwork",
    "integer_network_of",
    "read",
    "save_integer_network",
    "with_classes",
]
