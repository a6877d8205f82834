"""Boards and their processors: profiles, their fields, cycles of each tier, names of modules."""
