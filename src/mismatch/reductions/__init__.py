"""What stands before the GRU: one module per reduction, found by name; `base` says what one must tell of itself."""
