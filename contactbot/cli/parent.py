"""End with whoever started us: a killed demonstration leaves nothing running."""

import os
import signal
import threading

CHECK_SECONDS = 0.5


def end_with_parent() -> None:
    """Watch the parent process from a thread; once it is gone, ask this process to stop."""
    parent = os.getppid()

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(CHECK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
