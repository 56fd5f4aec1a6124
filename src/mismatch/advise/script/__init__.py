"""A script in pieces: how a file is read, what is made of its sequences, the model, and its training."""
