"""The records of a results folder: one SQLite file that the driver writes, and files dropped by jobs beside it."""
