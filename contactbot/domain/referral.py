"""The words a referral is made of: its states and the values a source may give.

Sources: the referral file (docs), column by column. A blank cell is either its own member here
(`Permission.BLANK`) or `None` in the value that holds it; blank never means a default.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReferralState(StrEnum):
    """Where a referral stands; the only list of states there is."""

    NEW = "new"
    AWAITING_CONTACT = "awaiting_contact"
    ATTEMPTED = "attempted"
    CONTACTED = "contacted"
    DECLINED = "declined"
    ONE_OFF = "one_off"
    ONGOING = "ongoing"
    REFERRED_ON = "referred_on"
    NO_CONTACT = "no_contact"
    DISENGAGED = "disengaged"
    INELIGIBLE = "ineligible"
    DUPLICATE = "duplicate"
    HELD = "held"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"


class StateGroup(StrEnum):
    """The five groups by which summaries count referrals."""

    CONTACTED = "contacted"
    HELD = "held"
    SUPPRESSED = "suppressed"
    WAITING = "waiting"
    CLOSED = "closed"


STATE_GROUPS: Final = MappingProxyType(
    {
        ReferralState.NEW: StateGroup.WAITING,
        ReferralState.AWAITING_CONTACT: StateGroup.WAITING,
        ReferralState.ATTEMPTED: StateGroup.WAITING,
        ReferralState.CONTACTED: StateGroup.CONTACTED,
        ReferralState.DECLINED: StateGroup.CONTACTED,
        ReferralState.ONE_OFF: StateGroup.CONTACTED,
        ReferralState.ONGOING: StateGroup.CONTACTED,
        ReferralState.REFERRED_ON: StateGroup.CONTACTED,
        ReferralState.HELD: StateGroup.HELD,
        ReferralState.SUPPRESSED: StateGroup.SUPPRESSED,
        ReferralState.NO_CONTACT: StateGroup.CLOSED,
        ReferralState.DISENGAGED: StateGroup.CLOSED,
        ReferralState.INELIGIBLE: StateGroup.CLOSED,
        ReferralState.DUPLICATE: StateGroup.CLOSED,
        ReferralState.CLOSED: StateGroup.CLOSED,
    }
)
"""Each state's group: every referral is counted in exactly one."""


class Source(StrEnum):
    """Who passed the case to the service."""

    HOME_FORCE = "home_force"
    OTHER_FORCE = "other_force"
    SELF = "self"
    OTHER_AGENCY = "other_agency"


class CrimeGroup(StrEnum):
    """The kind of crime; domestic abuse is a flag across groups, never a group."""

    VIOLENCE = "violence"
    CRIMINAL_DAMAGE_ARSON = "criminal_damage_arson"
    BURGLARY = "burglary"
    DRUGS = "drugs"
    MISC_SOCIETY = "misc_society"
    WEAPONS = "weapons"
    PUBLIC_ORDER = "public_order"
    ROBBERY = "robbery"
    SEXUAL = "sexual"
    THEFT = "theft"
    ASB = "asb"
    FRAUD = "fraud"
    OTHER = "other"
    UNKNOWN = "unknown"


class Flag(StrEnum):
    """What the source marked the victim or the case with."""

    DOMESTIC_ABUSE = "domestic_abuse"
    STALKING = "stalking"
    HARASSMENT = "harassment"
    SEXUAL = "sexual"
    HATE = "hate"
    HONOUR_BASED = "honour_based"
    TRAFFICKING = "trafficking"
    CHILD = "child"
    VULNERABLE = "vulnerable"
    REPEAT = "repeat"
    BUSINESS = "business"
    DECEASED = "deceased"
    IN_CUSTODY = "in_custody"
    ASB_HIGH = "asb_high"
    ASB_MEDIUM = "asb_medium"
    ASB_LOW = "asb_low"


class Risk(StrEnum):
    """The source's own rating of the danger; blank is `None`."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class Permission(StrEnum):
    """Whether a channel is safe for the victim: blank is unknown, and is neither yes nor no."""

    YES = "yes"
    NO = "no"
    BLANK = "blank"


class OffenderKnown(StrEnum):
    """Whether the victim knows the offender: blank is unknown."""

    YES = "yes"
    NO = "no"
    BLANK = "blank"


class Language(StrEnum):
    """The two languages of every contact; an unknown preference is `None`, never English."""

    CY = "cy"
    EN = "en"


class OfficerView(StrEnum):
    """The officer's opinion: it is shown and lowers priority, and is not the victim's refusal."""

    NEEDS_SUPPORT = "needs_support"
    NO_NEED = "no_need"


class CaseState(StrEnum):
    """How far the case has come; blank is `None`."""

    INVESTIGATION = "investigation"
    SUSPECT_IDENTIFIED = "suspect_identified"
    NO_FURTHER_ACTION = "no_further_action"
    CHARGED = "charged"
    TRIAL = "trial"
    OUTCOME = "outcome"
    CLOSED = "closed"
