"""How good advice is: files of sequences of which more are known, advised on, and judged on what the file lacks."""
