"""Read networks that were trained elsewhere.

Each file format has a sub-package, and each becomes the trainer's `Model` or the exporter's integer
graph. See docs/import.md.
"""

__all__: list[str] = []
