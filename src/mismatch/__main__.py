"""``python -m mismatch`` is the command `mismatch`."""

from mismatch.cli import main

if __name__ == "__main__":
    main()
