"""TensorFlow: backend, layers, model, weights, training."""
