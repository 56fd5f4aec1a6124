"""One run: pipeline, control arms, metrics, columns, provenance."""
