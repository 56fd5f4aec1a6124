"""Raw sequences with labels, exact posteriors and ceilings. Numpy only; one module per dataset."""

from mismatch.data.base import Dataset, RaggedData, Splits, View, classes

__all__ = ["Dataset", "RaggedData", "Splits", "View", "classes"]
