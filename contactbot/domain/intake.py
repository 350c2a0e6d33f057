"""What a referral means on arrival: who must never be contacted, and what a person must decide.

Defaults and sources of the rules: docs and `scripts/policy.toml`; these are the ones that need no
figures.
"""

from collections.abc import Iterable
from enum import StrEnum

from contactbot.domain.phone import numbers_near
from contactbot.domain.referral import Flag
from contactbot.domain.referral_row import ReferralRow


class HoldReason(StrEnum):
    """Why intake stops a case until a person decides."""

    SHARED_NUMBER = "shared_number"
    SUSPECT_NUMBER = "suspect_number"
    ALSO_SUSPECT = "also_suspect"
    BUSINESS_WITHOUT_CONTACT = "business_without_contact"
    IN_CUSTODY = "in_custody"
    CONTRADICTING_ROWS = "contradicting_rows"


class SuppressionReason(StrEnum):
    """Why intake rules contact out for good."""

    DECEASED = "deceased"
    SUPPORT_DECLINED = "support_declined"


def suppressions_of(row: ReferralRow) -> tuple[SuppressionReason, ...]:
    """Deceased, and the victim’s own refusal; an officer’s view suppresses nothing."""
    if not row.support_declined and not row.flags.known:
        return ()
    reasons = (
        (SuppressionReason.DECEASED, Flag.DECEASED in row.flags.known),
        (SuppressionReason.SUPPORT_DECLINED, row.support_declined),
    )
    return tuple(reason for reason, holds in reasons if holds)


def holds_of(row: ReferralRow) -> tuple[HoldReason, ...]:
    """Holds that the row alone gives reason for."""
    if not row.flags.known:
        return ()
    named = row.given_name and row.family_name
    reasons = (
        (HoldReason.BUSINESS_WITHOUT_CONTACT, Flag.BUSINESS in row.flags.known and not named),
        (HoldReason.IN_CUSTODY, Flag.IN_CUSTODY in row.flags.known),
    )
    return tuple(reason for reason, holds in reasons if holds)


def is_near_any(numbers: Iterable[str], suspects: Iterable[str]) -> bool:
    """Whether a victim’s number is a suspect’s, or one slip of a finger from it."""
    others = tuple(suspects)
    return bool(others) and any(
        numbers_near(number, suspect) for number in numbers for suspect in others
    )
