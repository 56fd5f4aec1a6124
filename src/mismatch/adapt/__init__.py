"""From raw sequences to the shape the model expects. NumPy only."""

from mismatch.adapt.adapted import Adapted, adapt

__all__ = ["Adapted", "adapt"]
