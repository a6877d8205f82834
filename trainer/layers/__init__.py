"""Layers: settings, weights and the forward computation of each kind."""
