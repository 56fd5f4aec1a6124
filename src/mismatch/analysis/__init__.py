"""Tables out of tables: which axes vary, what each arm scored, which claims hold. No TensorFlow here, and no files.

`judging.judge` is the whole of it for an experiment with registered claims; `tests/` holds the kinds of claim test.
"""
