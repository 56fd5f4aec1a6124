"""What does each way of making sequences fit a GRU cost, in accuracy, stability and time?

The rooms, from the bottom to the top: `config`, `data`, `adapt`, `reductions`, `ceilings`, `engine`, `run`, `sweep`,
the measurements `timing`, `trials` and `mechanism`, `check`, `analysis`, `report`; `cli` is the command. A package
imports only packages above it in this list. Importing this one settles the environment numbers are made in.
"""

from mismatch.config import environment

environment.setup()
