"""What an arm lets the model see, and the Bayes accuracy of it: stands above data, adapters and reductions."""

from mismatch.ceilings.bayes import bayes_accuracy, ceiling, full_ceiling
from mismatch.ceilings.view import View, view

__all__ = ["View", "bayes_accuracy", "ceiling", "full_ceiling", "view"]
