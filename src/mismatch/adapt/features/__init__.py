"""Features adapters, d -> D: one module each, found by name; `base` says what an adapter must tell of itself."""
