"""Reports: a results folder becomes tables, figures and a page; claims become verdicts. No TensorFlow in this room.

`rebuild` makes the report of one folder, `refresh` only if it would be another one, `publishing` the verdicts and the
page over several, `verbs` is what the command calls. Everything is written whole or not at all.
"""

from mismatch.report.build import Rebuilt, rebuild, refresh

__all__ = ["Rebuilt", "rebuild", "refresh"]
