"""Boards and their processors: profiles, fields of profiles, cycles of each tier, module names."""
