"""8-bit networks as they are: the file's own integers become the exporter's graph."""
