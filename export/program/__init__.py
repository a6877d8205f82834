"""The result: a converted network on the PC, its quality, and the artifact that export writes."""
