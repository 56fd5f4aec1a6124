"""Step time of stock Keras layers: the protocol, its programs, its tables."""
