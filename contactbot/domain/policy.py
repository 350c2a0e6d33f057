"""The contact policy: read from its file, checked whole, known by name and hash."""

import tomllib
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

from pydantic import ConfigDict, ValidationError

from contactbot.domain.dispositions import Disposition
from contactbot.domain.policy_tables import (
    Calls,
    DispositionRow,
    Eligibility,
    Hours,
    Limits,
    Permission,
    Profiles,
    Table,
    Tiers,
    Tries,
)


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
    permission: tuple[Permission, ...]
    dispositions: tuple[DispositionRow, ...]

    @cached_property
    def version(self) -> str:
        """Name and content in one word, kept with every decision."""
        return f"{self.name}@{self.text_hash}"

    @cached_property
    def permissions(self) -> Mapping[tuple[str, str, str, str], str]:
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
    missing = [name for name in Disposition if name not in policy.by_disposition]
    if missing:
        raise PolicyFault(f"dispositions: no row for {', '.join(missing)}")
    return policy


def _worded(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}"
