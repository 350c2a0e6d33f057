"""The plan of a torture: where processes die and stall, and what else goes wrong meanwhile."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torture.falls import cut_dispatcher, cut_proxy
from torture.outcome import STALL_COUNTS
from torture.roles import ROLES
from torture.syscalls import one_dispatch
from torture.truth import judge

INSIDE_POINTS = (
    "after_intent",
    "after_fence",
    "before_post",
    "after_post",
    "before_binding_commit",
)
TEXT_POINTS = (
    *("before_text_intent_commit", "after_text_intent", "after_text_fence"),
    *("before_text_post", "after_text_post", "before_text_binding_commit"),
)
CALLBACK_POINTS = (
    *("before_turn_commit", "after_turn", "before_report_commit", "after_report"),
    "before_outcome_commit",
)
WORKER_POINTS = ("after_look", "before_settling_commit", "before_outcome_commit", "after_delivery")
STALL_POINTS = ("before_intent_commit", *INSIDE_POINTS, "after_binding")
# How replies are lost: one in twenty, in every way there is.
LOST = ("drop", "500", "truncate", "hang")
LOST_SHARE = 0.05
CASE_STORE_FAULTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("apply_then_lose", {"mode": "drop", "share": 0.03}),
    ("apply_then_lose", {"mode": "500", "share": 0.02}),
    ("apply_then_lose", {"mode": "truncate", "share": 0.02}),
    ("duplicate_apply", {"share": 0.03}),
    ("down", {"share": 0.005}),
    ("conflict", {"share": 0.02}),
)
HANG_SECONDS = 3
DISPATCHERS = 10
RANDOM_A_SECOND = 1.0
# Time for the reconciler to give them up, and for others to call the same people.
STALL_SECONDS = STALL_COUNTS + 4
STALLED_AT_ONCE = 54
# Who sleeps for half an hour at the one step where that matters; telephones then ring like life.
LATE, LATE_TEMPO = 20, 2
MANY, FEW, SHORT, ANSWERING = "people", "few_people", "short_calls", "answering"
TEXTS_DUE = """
    INSERT INTO text_plans (referral_id, message, due_at, planned_at)
    SELECT id, 'invitation', simulated_now(), simulated_now() FROM referrals
     WHERE route = 'automatic' AND mod(hashtext(id::text), 8) = 0
"""

ONLY_THESE = """
    UPDATE referrals SET route = 'none' WHERE id NOT IN (SELECT referral_id FROM attempts)
"""
ALL_ROLES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        **ROLES,
        "judge": judge,
        "one_dispatch": one_dispatch,
        "cut_dispatcher": cut_dispatcher,
        "cut_proxy": cut_proxy,
    }
)
