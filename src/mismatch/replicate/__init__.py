"""A second implementation: the arms behind the primary contrasts on accuracy and loss, trained by Keras on JAX as well.

Each backend trains in a process of its own, from the same draws, along the one path of every sweep; then both tables
of runs are held against each other, run by run and contrast by contrast.
"""
