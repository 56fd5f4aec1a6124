"""Advice on data of one's own: which settings to use, at what cost, and how sure that is."""
