"""From data to a trained network: settings, architecture, training, and the demos."""
