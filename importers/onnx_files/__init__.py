"""Files of ONNX: nodes and constants as plain data."""
