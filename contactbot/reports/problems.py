"""Errors as they are logged: their kind and place, never their text, which may hold data."""

import logging
import traceback


def log_problem(log: logging.Logger, where: str, error: BaseException) -> None:
    """One line: what kind of error (with its SQLSTATE, if any), and the last places it passed."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    kind = type(error).__name__ + (f" {code}" if code else "")
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "contactbot" in f.filename]
    path = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-4:]))
    log.error("%s failed: %s at %s", where, kind, path)
