"""Float networks of other frameworks: one graph for all, and the trainer's `Model` of it."""
