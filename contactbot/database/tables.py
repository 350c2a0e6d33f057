"""All tables in one place; migrations create exactly these."""

from contactbot.database.call_tables import (
    attempt_events,
    attempts,
    call_sessions,
    call_turns,
    clock,
    decisions,
    pacing,
)
from contactbot.database.case_tables import (
    contact_profiles,
    holds,
    numbers,
    person_links,
    persons,
    referrals,
    suppressions,
)
from contactbot.database.columns import APPEND_ONLY, LIVE_STATES, metadata
from contactbot.database.exchange_tables import (
    audit,
    counters,
    heartbeats,
    inbox_events,
    outbox,
)
from contactbot.database.staff_tables import (
    caller_claims,
    contact_releases,
    sign_in_tries,
    staff_sessions,
    users,
)
from contactbot.database.talk_tables import (
    answers,
    appointments,
    consent_events,
    interviews,
    needs,
    ratings,
    scripts,
)
from contactbot.database.text_tables import (
    inbound_text_bodies,
    inbound_texts,
    sent_texts,
    text_plans,
)

__all__ = [
    "APPEND_ONLY",
    "LIVE_STATES",
    "answers",
    "appointments",
    "attempt_events",
    "attempts",
    "audit",
    "call_sessions",
    "call_turns",
    "caller_claims",
    "clock",
    "consent_events",
    "contact_profiles",
    "contact_releases",
    "counters",
    "decisions",
    "heartbeats",
    "holds",
    "inbound_text_bodies",
    "inbound_texts",
    "inbox_events",
    "interviews",
    "metadata",
    "needs",
    "numbers",
    "outbox",
    "pacing",
    "person_links",
    "persons",
    "ratings",
    "referrals",
    "scripts",
    "sent_texts",
    "sign_in_tries",
    "staff_sessions",
    "suppressions",
    "text_plans",
    "users",
]
