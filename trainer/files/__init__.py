"""Files on disk: reading with clear errors, temporary folders, and the archive of a model."""
