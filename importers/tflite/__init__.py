"""Files of TensorFlow Lite: from bytes to tables, and from tables to a description."""
