"""Who works with the tool, and in which role."""

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is here for; each page says which roles it is for."""

    CALLER = "caller"
    SUPERVISOR = "supervisor"
    TRANSLATOR = "translator"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMIN = "admin"
