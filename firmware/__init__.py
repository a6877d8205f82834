"""Device code: real MicroPython source, read as text by the exporter and shipped by the tools."""
