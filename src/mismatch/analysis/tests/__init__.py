"""Kinds of claim test, one module each; chosen by the key `test` of a contrast in claims.yaml."""
