"""The contact policy: read from its file, checked whole, known by name and hash."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

from pydantic import ConfigDict, ValidationError

from contactbot.domain.dispositions import Disposition
from contactbot.domain.policy_tables import (
    Calls,
    DispositionRow,
    Eligibility,
    Feeds,
    Hours,
    Identity,
    Limits,
    Permission,
    Profiles,
    Table,
    Texts,
    Then,
    Tiers,
    Tries,
)
from contactbot.domain.referral import ReferralState


class PolicyFault(Exception):
    """The policy file is wrong; the text lists every fault with its place."""


class Policy(Table):
    """All rules of contact that a service may set (docs: scripts/policy.toml itself)."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    name: str
    text_hash: str
    hours: Hours
    calls: Calls
    tiers: Tiers
    profiles: Profiles
    limits: Limits
    tries: Tries
    eligibility: Eligibility
    identity: Identity
    feeds: Feeds
    texts: Texts
    permission: tuple[Permission, ...]
    dispositions: tuple[DispositionRow, ...]

    @cached_property
    def version(self) -> str:
        """Name and content in one word, kept with every decision."""
        return f"{self.name}@{self.text_hash}"

    @cached_property
    def permissions(self) -> Mapping[tuple[str, str, str, str], Then]:
        """(tier, channel, means, said) → what follows; a missing cell denies."""
        return {(row.tier, row.channel, row.means, row.said): row.then for row in self.permission}

    @cached_property
    def by_disposition(self) -> Mapping[str, DispositionRow]:
        """The disposition table by name."""
        return {row.name: row for row in self.dispositions}

    def disposition(self, name: str) -> DispositionRow:
        """The row of a disposition; an unknown one is answered for by `unknown`."""
        return self.by_disposition.get(str(name), self.by_disposition[Disposition.UNKNOWN])


def parse_policy(text: str) -> Policy:
    """Read the policy; raises `PolicyFault` with every fault at once."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyFault(f"not readable: {error}") from error
    digest = sha256(text.encode()).hexdigest()[:12]
    try:
        policy = Policy.model_validate(table | {"text_hash": digest})
    except ValidationError as error:
        raise PolicyFault("; ".join(_worded(fault) for fault in error.errors())) from error
    faults = [*_unsafe_permissions(policy), *_wrong_dispositions(policy)]
    if faults:
        raise PolicyFault("; ".join(faults))
    return policy


def _unsafe_permissions(policy: Policy) -> Iterator[str]:
    """Rows nobody may write: what the design forbids no setting can allow."""
    for place, row in enumerate(policy.permission):
        allowed = row.then != "deny"
        if allowed and row.said == "no":
            yield f"permission.{place}: a no denies the channel"
        if allowed and row.means == "automatic" and row.tier == "protected":
            yield f"permission.{place}: a protected person is contacted by a person only"
        if allowed and row.means == "automatic" and row.channel == "voicemail":
            yield f"permission.{place}: no machine leaves a voicemail"
        if allowed and row.said == "blank" and row.channel != "call":
            yield f"permission.{place}: texts and voicemails need a yes"
    if len(policy.permissions) < len(policy.permission):
        yield "permission: two rows for one case"


def _wrong_dispositions(policy: Policy) -> Iterator[str]:
    """The table must name every disposition once, and no other."""
    for place, row in enumerate(policy.dispositions):
        if row.name not in Disposition.__members__.values():
            yield f"dispositions.{place}: there is no disposition {row.name}"
        if row.state not in {"", *ReferralState} or (row.next == "final" and not row.state):
            yield f"dispositions.{place}: state must be a state of a referral"
    missing = sorted(set(Disposition) - set(policy.by_disposition))
    if missing:
        yield f"dispositions: no row for {', '.join(missing)}"
    if unheard_of := sorted(policy.texts.unanswered - set(Disposition)):
        yield f"texts.unanswered: there is no disposition {', '.join(unheard_of)}"
    if len(policy.by_disposition) < len(policy.dispositions):
        yield "dispositions: two rows for one disposition"


def _worded(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}"
