"""Raw sequences with labels and, where it is known, the law they follow. NumPy only; one module per dataset."""

from mismatch.data.base import Dataset, Generated, RaggedData, Splits

__all__ = ["Dataset", "Generated", "RaggedData", "Splits"]
