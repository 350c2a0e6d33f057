"""Which tier a person belongs to: protected people are only ever contacted by a person."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from contactbot.domain.policy import Policy


class Tier(StrEnum):
    """Standard: the machine may call. Protected: a person calls."""

    STANDARD = "standard"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True)
class TierFacts:
    """What the tier is decided by; `on` is the local date of the decision."""

    flags: frozenset[str]
    flags_assessed: bool
    unknown_flags: bool
    crime_group: str
    birth_date: date | None = field(repr=False)
    on: date
    risk: str | None
    offender_known: str | None


@dataclass(frozen=True, slots=True)
class TierDecision:
    """The tier, with every reason for protection as a machine-readable word."""

    tier: Tier
    because: tuple[str, ...]


def tier_of(facts: TierFacts, policy: Policy) -> TierDecision:
    """Decide the tier; total: whatever is blank, unknown or unheard of protects."""
    tiers = policy.tiers
    because = [f"flag_{flag}" for flag in sorted(facts.flags & tiers.protected_flags)]
    found = {
        "flags_not_assessed": not facts.flags_assessed,
        "flag_unknown": facts.unknown_flags or not facts.flags <= tiers.known_flags,
        "crime_group_protected": facts.crime_group in tiers.protected_groups,
        "crime_group_unheard_of": facts.crime_group not in tiers.known_groups,
        "under_age": under_age(facts.birth_date, facts.on, tiers.adult_age),
        "risk_protected": facts.risk in tiers.protected_risks,
        "risk_unheard_of": facts.risk is not None and facts.risk not in tiers.known_risks,
        "offender_known": facts.offender_known == "yes",
        "offender_not_ruled_out": facts.offender_known != "no"
        and facts.crime_group in tiers.groups_where_offender_must_be_known,
        "offender_unheard_of": facts.offender_known not in {None, "yes", "no"},
    }
    because += [reason for reason, holds in found.items() if holds]
    return TierDecision(Tier.PROTECTED if because else Tier.STANDARD, tuple(because))


def under_age(born: date | None, on: date, adult_age: int) -> bool:
    """Whether a person is known to be younger than `adult_age` on that day."""
    if born is None:
        return False
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (not had_birthday) < adult_age
