"""How a person may be contacted: news narrows it at once, and widens it only when newer."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from contactbot.domain.calendar import WeeklyHours
from contactbot.domain.referral import Permission
from contactbot.domain.referral_row import ReferralRow


@dataclass(frozen=True, slots=True)
class ContactProfile:
    """One version of a person’s safe-contact details; `voided_at` is set when an event ended it."""

    safe_call: Permission = Permission.BLANK
    safe_text: Permission = Permission.BLANK
    safe_voicemail: Permission = Permission.BLANK
    hours: WeeklyHours | None = None
    confirmed_on: date | None = None
    voided_at: datetime | None = None


def profile_of(row: ReferralRow) -> ContactProfile:
    """The profile a row gives; all blank is a profile too."""
    return ContactProfile(
        row.safe_call, row.safe_text, row.safe_voicemail, row.safe_hours, row.safe_confirmed_on
    )


def merged(known: ContactProfile, told: ContactProfile, *, same_referral: bool) -> ContactProfile:
    """The profile that holds from now on; equal to `known` where nothing changes.

    A `no` and an ended profile stay unless `told` was confirmed on a later day than either. A blank
    takes back an earlier `yes` only in the referral that gave it (`same_referral`).
    """
    voided_on = known.voided_at.date() if known.voided_at else None
    since = max((day for day in (known.confirmed_on, voided_on) if day), default=None)
    newer = told.confirmed_on is not None and (since is None or told.confirmed_on > since)

    def permission(was: Permission, now: Permission) -> Permission:
        if now is Permission.BLANK:
            taken_back = same_referral and was is Permission.YES
            return Permission.BLANK if taken_back else was
        return now if newer or was is not Permission.NO else was

    result = ContactProfile(
        safe_call=permission(known.safe_call, told.safe_call),
        safe_text=permission(known.safe_text, told.safe_text),
        safe_voicemail=permission(known.safe_voicemail, told.safe_voicemail),
        hours=told.hours or known.hours,
        confirmed_on=known.confirmed_on,
        voided_at=None if newer else known.voided_at,
    )
    changed = newer or result != known
    return replace(result, confirmed_on=told.confirmed_on) if changed else known
