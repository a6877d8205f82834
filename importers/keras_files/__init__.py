"""Files of Keras: the layers' settings and their weights."""
