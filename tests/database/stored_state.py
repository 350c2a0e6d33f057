"""What intake stored, opened, in words of its own: no ids, no ciphertexts, no times of running.

Two things depend on where one batch ends and the next begins, and are left out: the deadline of a
case that was suppressed before its person turned out to be protected, and what the gate said of a
case before a later row let it be called.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from contactbot.database.crypto import Keyring, PersonBox
from contactbot.domain.sample import LAST_MOMENT

RUN = timedelta(hours=1)
Rows = list[dict[str, Any]]
PERSON = ("given_name", "family_name", "date_of_birth", "address", "postcode", "email")
SEALED = {
    "persons": (*PERSON, "demographics"),
    "numbers": ("number", "as_given"),
    "referrals": ("suspect_number", "contact_code", "officer_reason", "notes"),
}
LEFT_OUT = {"id", "person_id", "referral_id", "key_wrapped", "created_at", "imported_at"}
LEFT_OUT |= {"updated_at", "added_at", "recorded_at", "at", "placed_at", "since", "language_at"}
LEFT_OUT |= {"suggested_at"}


def stored(engine: Engine, keyring: Keyring) -> dict[str, Any]:
    """Every referral by its key, every person by the keys of their referrals."""
    referrals = rows(engine, "referrals")
    keys = {row["id"]: f"{row['source_system']} {row['reference']}" for row in referrals}
    named: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in referrals:
        named[row["person_id"]].append(keys[row["id"]])
    name = {person: " + ".join(sorted(all_keys)) for person, all_keys in named.items()}
    people = rows(engine, "persons")
    boxes = {row["id"]: keyring.open_box(row["key_wrapped"]) for row in people}
    automatic = {row["id"] for row in referrals if row["route"] == "automatic"}
    decisions = sorted(rows(engine, "decisions"), key=lambda row: row["id"])
    return {
        "persons": {name[row["id"]]: said("persons", row, boxes[row["id"]]) for row in people},
        "referrals": {
            keys[row["id"]]: said("referrals", row, boxes[row["person_id"]])
            | {"person": name[row["person_id"]]}
            | ({"breach_at": None} if row["state"] == "suppressed" else {})
            for row in referrals
        },
        "numbers": sorted(
            repr((name[row["person_id"]], said("numbers", row, boxes[row["person_id"]])))
            for row in rows(engine, "numbers")
        ),
        "profiles": newest(rows(engine, "contact_profiles"), name),
        "holds": sorted(repr((name[r["person_id"]], plain(r))) for r in rows(engine, "holds")),
        "suppressions": sorted(
            repr((name[row["person_id"]], plain(row))) for row in rows(engine, "suppressions")
        ),
        "links": sorted(
            repr((sorted((name[row["person_a"]], name[row["person_b"]])), row["because"]))
            for row in rows(engine, "person_links")
        ),
        "refusals": {
            keys[row["referral_id"]]: plain(row)
            for row in decisions
            if row["referral_id"] not in automatic
        },
    }


def rows(engine: Engine, table: str) -> Rows:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {table}")).mappings()  # noqa: S608
        return [dict(row) for row in found]


def said(table: str, row: dict[str, Any], box: PersonBox) -> dict[str, Any]:
    """The columns of a row, sealed ones opened where they lie."""
    opened = {
        name: box.open(table, f"{name}_sealed", row["id"], row[f"{name}_sealed"])
        for name in SEALED[table]
        if row[f"{name}_sealed"] is not None
    }
    return plain(row) | opened


def plain(row: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: bytes(value).hex() if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
        if name not in LEFT_OUT and not name.endswith("_sealed")
    }
    due = kept.get("due_at")
    if due is not None and abs(due - LAST_MOMENT) < RUN:
        kept["due_at"] = "now"
    return kept


def newest(profiles: Rows, name: dict[UUID, str]) -> dict[str, Any]:
    ordered = sorted(profiles, key=lambda row: row["version"])
    return {name[row["person_id"]]: plain(row) | {"version": None} for row in ordered}
