"""The tables of the contact policy, as a service manager writes them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from contactbot.domain.calendar import WeeklyHours, parse_hours

Then = Literal[
    "default_hours", "profile_hours", "confirmed_profile_hours", "supervisor_release", "deny"
]


class Table(BaseModel):
    """A table of the policy: every name known, nothing changeable afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Hours(Table):
    """When people may be contacted, local time; never on bank holidays of Wales."""

    default: WeeklyHours
    outer: WeeklyHours

    @field_validator("default", "outer", mode="before")
    @classmethod
    def _read(cls, text: object) -> WeeklyHours:
        return parse_hours(str(text))


class Calls(Table):
    """Pace and length of calls."""

    per_second: float = Field(gt=0)
    per_second_pretended: float = Field(gt=0)
    max_in_flight: int = Field(gt=0)
    ring_seconds_automatic: int = Field(ge=5, le=60)
    ring_seconds_by_hand: int = Field(ge=5, le=120)
    limit_seconds: int = Field(gt=0, le=3600)
    close_margin_seconds: int = Field(ge=0)
    max_skew_seconds: float = Field(gt=0)


class Tiers(Table):
    """Who is protected; whatever is not listed as standard falls to protected."""

    protected_flags: frozenset[str]
    known_flags: frozenset[str]
    protected_groups: frozenset[str]
    known_groups: frozenset[str]
    groups_where_offender_must_be_known: frozenset[str]
    protected_risks: frozenset[str]
    known_risks: frozenset[str]
    adult_age: int = Field(ge=16, le=25)
    enhanced_flags: frozenset[str]


class Profiles(Table):
    """How long a confirmed contact profile holds, in days, by tier."""

    standard_valid_days: int = Field(gt=0)
    protected_valid_days: int = Field(gt=0)


class Limits(Table):
    """Caps and spacing for a person and for a number, over all programmes and channels."""

    spacing_hours: float = Field(gt=0)
    per_day: int = Field(gt=0)
    per_7_days: int = Field(gt=0)
    per_30_days: int = Field(gt=0)


class Tries(Table):
    """How often and how long a person is tried before the referral is closed as no contact."""

    most: int = Field(gt=0)
    day_parts: int = Field(gt=0, le=3)
    within_working_days: int = Field(gt=0)
    failures_before_caller: int = Field(gt=0)
    first_enhanced_working_days: int = Field(gt=0)
    first_other_working_days: int = Field(gt=0)


class Permission(Table):
    """One cell of the permission table: tier, channel, means and what the person said."""

    tier: Literal["standard", "protected"]
    channel: Literal["call", "text", "voicemail"]
    means: Literal["automatic", "by_hand"]
    said: Literal["yes", "no", "blank"]
    then: Then


class DispositionRow(Table):
    """What one disposition counts for, and what follows it."""

    name: str
    aapor: str
    sub_code: str = ""
    try_: bool = Field(alias="try")
    cap: bool
    spacing: bool
    next: Literal["retry", "retry_other_day_part", "retry_next_day", "caller", "hold", "final"]
    state: str = ""
    by_hand: bool = False

    @property
    def counts_as_try(self) -> bool:
        """Whether it uses up one of the tries."""
        return self.try_


class Feeds(Table):
    """When a source of referral files has gone quiet, in hours of silence while offices are open.

    `sources` are missed from the first day; any other is watched from its first file on.
    """

    hours: WeeklyHours
    quiet_after_hours: float = Field(gt=0)
    sources: dict[str, Annotated[float, Field(gt=0)]] = {}

    @field_validator("hours", mode="before")
    @classmethod
    def _read(cls, text: object) -> WeeklyHours:
        return parse_hours(str(text))


class Texts(Table):
    """Text messages: when the invitation is sent, how long it may wait at the provider, the pace.

    `invitation_after_unanswered` counts calls whose disposition is one of `unanswered`; 0 = never.
    """

    invitation_after_unanswered: int = Field(ge=0)
    unanswered: frozenset[str]
    validity_seconds: int = Field(ge=60, le=36000)
    per_second: float = Field(gt=0)
    per_second_pretended: float = Field(gt=0)


Fact = Literal["date_of_birth", "postcode"]


class Identity(Table):
    """The facts that prove to a caller who is there, by tier, where there is no code."""

    standard: tuple[Fact, ...]
    protected: tuple[Fact, ...]
    most_wrong: int = Field(gt=0, le=5)


class Eligibility(Table):
    """Referrals the service does not take."""

    ineligible_flags: frozenset[str]
