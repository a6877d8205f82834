"""The result: a converted network on the PC, its quality, and the files that export writes."""
