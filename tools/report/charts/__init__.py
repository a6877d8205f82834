"""The charts of the report, drawn by Matplotlib as SVG."""
