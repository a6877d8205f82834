"""The front of a kernel's `p`, from the exporter's layout of the tier that is tested."""

from words import WORDS  # written by the test that runs these files


def front(kernel, **words):
    """Return the words of p before what is repeated; what this tier has no word for is left out."""
    return [words.get(name, 0) for name in WORDS[kernel]]


def has(kernel, name):
    """True if this tier's p has the word."""
    return name in WORDS[kernel]
