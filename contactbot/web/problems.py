"""Errors as they are logged: their kind and place, never their text, which may hold data."""

import logging
import traceback

_log = logging.getLogger("contactbot.web")


def log_problem(where: str, error: BaseException) -> None:
    """One line: what kind of error, and the last places it came through."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    path = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    _log.error("%s failed: %s at %s", where, type(error).__name__, path)
