"""Ends this process when the one that started it has gone."""

import os
import threading
import time


def die_with(parent: int) -> None:
    """Watch from a thread of its own, twice a second, whether `parent` is still our parent; if not, exit."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
