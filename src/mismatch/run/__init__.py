"""One run: an arm and a replicate in, its `Record` out.

`pipeline` is the way through; `metrics` are measured from what it trained, `provenance` says where that happened, and
`sections` and `columns` what every column of the table is. Nothing is written here.
"""
