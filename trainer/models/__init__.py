"""The public models: `Model`, `Sequential` and the single-neuron estimators."""
