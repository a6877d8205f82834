"""Float networks of other frameworks: one graph for all formats, and the trainer's `Model` of it."""
