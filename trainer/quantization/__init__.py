"""Quantization-aware training, and the rules it shares with the exporter."""
