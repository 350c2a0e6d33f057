"""How long a sign-in lasts, how long a wrong guess has to wait, what a password must be."""

from datetime import datetime, timedelta

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=10)
SHORTEST, LONGEST = 15, 128

# Wrong guesses without a delay, and the longest delay. It ends by itself and is short, so that
# nobody can keep a member of staff out by guessing on purpose.
FREE_BY_ACCOUNT, LONGEST_BY_ACCOUNT = 3, timedelta(seconds=60)
FREE_BY_NETWORK, LONGEST_BY_NETWORK = 20, timedelta(seconds=300)


def open_again_at(
    failures: int, last: datetime | None, free: int, longest: timedelta
) -> datetime | None:
    """When the next guess is heard: each failure beyond the free ones doubles the delay."""
    beyond = failures - free
    if beyond < 0 or last is None:
        return None
    return last + min(longest, timedelta(seconds=2 ** min(beyond, 12)))


def password_fault(password: str) -> str:
    """What is wrong with a new password, in English; "" if nothing is."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters."
    if len(set(password)) < SHORTEST // 3:
        return "A password is made of more different characters."
    return ""
