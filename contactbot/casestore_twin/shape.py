"""The shape of what is exchanged, checked as docs/casestore.openapi.yaml has it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

FACT_TYPES = frozenset(
    {
        *("attempt", "consent", "needs_assessment", "referral_opt_in"),
        *("survey_marker", "risk_concern"),
    }
)
FACETS = {"contact_profile": "contact-profile", "status": "status"}
LONGEST_BODY = 1 << 20
FIELDS: Mapping[str, type] = {
    "id": str,
    "type": str,
    "case_reference": str,
    "source_system": str,
    "occurred_at": str,
    "recorded_at": str,
    "sequence": int,
    "schema": int,
    "body": dict,
}


class Problem(Exception):
    """A refusal: HTTP status, and a code of docs/casestore.openapi.yaml."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object; `Problem` if it is none."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Problem(400, "not_json") from wrong
    if not isinstance(given, dict):
        raise Problem(400, "not_json")
    return given


def read_record(body: bytes, types: frozenset[str]) -> dict[str, Any]:
    """One record of one of these types; `Problem` 422 for anything that the contract forbids."""
    record = read_object(body)
    if set(record) != set(FIELDS):
        raise Problem(422, "invalid")
    for name, kind in FIELDS.items():
        if not isinstance(record[name], kind) or isinstance(record[name], bool):
            raise Problem(422, "invalid")
    if record["type"] not in types:
        raise Problem(422, "unknown_type")
    if record["sequence"] < 1 or not record["case_reference"] or not record["source_system"]:
        raise Problem(422, "invalid")
    _check_formats(record)
    return record


def _check_formats(record: Mapping[str, Any]) -> None:
    try:
        UUID(record["id"])
        zones = [datetime.fromisoformat(record[name]).tzinfo for name in TIMES]
    except ValueError as wrong:
        raise Problem(422, "invalid") from wrong
    if None in zones:
        raise Problem(422, "invalid")


TIMES = ("occurred_at", "recorded_at")
