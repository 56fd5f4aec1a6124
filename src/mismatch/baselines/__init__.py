"""Classifiers that need no recurrence, on the splits of the runs they stand beside. scikit-learn; no TensorFlow."""
