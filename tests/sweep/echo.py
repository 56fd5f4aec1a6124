"""An errand of the tests: tells what process it is in, fails, or sleeps."""

import os
import sys
import time

from mismatch.sweep import child


def work(word: str, errand: str) -> dict[str, object]:
    print(f"doing {errand}")
    if errand == "fail":
        raise ValueError("as asked")
    time.sleep(600 if errand == "sleep" else 0)
    return {
        "word": word,
        "pid": os.getpid(),
        "leads": os.getsid(0) == os.getpid(),
        "imported": "tensorflow" in sys.modules,
    }


if __name__ == "__main__":
    child.answer(work)
