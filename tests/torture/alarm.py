"""Death by the kernel: when a timer of the process runs out, or when its parent has died."""

import ctypes
import signal

CLOCK_MONOTONIC = 1
PR_SET_PDEATHSIG = 1
SIGEV_SIGNAL = 0


class Event(ctypes.Structure):
    """`struct sigevent`."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("rest", ctypes.c_char * 48),
    )


class Moment(ctypes.Structure):
    """`struct itimerspec`."""

    _fields_ = (
        ("every_seconds", ctypes.c_long),
        ("every_ns", ctypes.c_long),
        ("seconds", ctypes.c_long),
        ("ns", ctypes.c_long),
    )


def die_with_parent() -> None:
    """A torture that is broken off leaves nothing running."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(PR_SET_PDEATHSIG, signal.SIGKILL):
        raise OSError(ctypes.get_errno(), "prctl")


def die_after(seconds: float) -> None:
    """Kill this process so many seconds from now, whatever it is doing then."""
    system = ctypes.CDLL(None, use_errno=True)
    timer = ctypes.c_void_p()
    event = Event(None, signal.SIGKILL, SIGEV_SIGNAL, b"")
    if system.timer_create(CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)):
        raise OSError(ctypes.get_errno(), "timer_create")
    moment = Moment(0, 0, int(seconds), max(1, int(seconds % 1 * 1e9)))
    if system.timer_settime(timer, 0, ctypes.byref(moment), None):
        raise OSError(ctypes.get_errno(), "timer_settime")
