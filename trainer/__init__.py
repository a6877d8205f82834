"""Train small networks in NumPy."""

from .errors import ThumbnetError

__all__ = ["ThumbnetError"]
