"""Whatever it is given, the gate answers; and what it cannot read it denies."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from contact_builders import (
    ANSWERED_CALL,
    AUTOMATIC_CALL,
    CALL_BY_HAND,
    CONFIRMED,
    MONDAY,
    RELEASED_CALL,
    YES,
    facts,
    past,
    policy,
    profile,
    reasons,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from contactbot.domain.gate import (
    ContactFacts,
    Decision,
    NumberFacts,
    ProfileFacts,
    Request,
    decide,
)

ALLOWED = facts(profile=profile(YES, confirmed_on=CONFIRMED))
NAIVE = datetime(2026, 11, 23, 10)  # noqa: DTZ001
GARBAGE: list[Any] = [
    None,
    "",
    "Yes",
    "oui",
    "\0",
    0,
    -1,
    float("nan"),
    [],
    {},
    (),
    b"yes",
    object(),
    NAIVE,
    date(1, 1, 1),
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    timedelta.max,
]
garbage = st.sampled_from(GARBAGE)
# Values that stand for what they are, in these fields, and so may be followed by an Allow.
HARMLESS = {
    ("facts", "holds"): [()],
    ("facts", "suppressions"): [()],
    ("facts", "history"): [()],
    ("profile", "hours"): [None],
    ("profile", "confirmed_on"): [None],
}


def with_garbage(where: str, name: str, value: Any) -> tuple[Any, Any]:
    if where == "request":
        return replace(AUTOMATIC_CALL, **{name: value}), ALLOWED
    if where == "facts":
        return AUTOMATIC_CALL, replace(ALLOWED, **{name: value})
    part = replace(getattr(ALLOWED, where), **{name: value})
    return AUTOMATIC_CALL, replace(ALLOWED, **{where: part})


FIELDS = [
    (where, each.name)
    for where, kind in {
        "request": Request,
        "facts": ContactFacts,
        "profile": ProfileFacts,
        "number": NumberFacts,
    }.items()
    for each in fields(kind)
]


def test_the_builder_is_allowed_so_that_every_denial_here_is_the_garbages():
    assert decide(AUTOMATIC_CALL, ALLOWED, policy()).allowed


@pytest.mark.parametrize(("where", "name"), FIELDS)
def test_garbage_in_any_one_field_never_raises_and_never_allows(where, name):
    for value in GARBAGE:
        decision = decide(*with_garbage(where, name, value), policy())
        assert isinstance(decision, Decision)
        harmless = any(value is fine for fine in HARMLESS.get((where, name), []))
        if not harmless and (where, name) != ("number", "index"):
            assert not decision.allowed, (where, name, value)
            assert decision.reasons


@given(
    request=st.builds(Request, garbage, garbage, garbage, garbage),
    contact=st.builds(ContactFacts, *[garbage] * 11),
    rules=st.sampled_from([None, "policy", policy()]),
)
@settings(max_examples=150)
def test_garbage_in_every_field_is_denied_with_a_reason(request, contact, rules):
    decision = decide(request, contact, rules)
    assert not decision.allowed
    assert decision.reasons
    assert decision.look_again_at is None


states = st.sampled_from(["awaiting_contact", "attempted", "new", "declined", "nonsense"])
# Any moment of the year, and as often one in the days around the nights the clocks change.
days = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 3, 28), datetime(2026, 3, 30)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 10, 24), datetime(2026, 10, 26)),  # noqa: DTZ001
)
moments = days.map(lambda at: at.replace(tzinfo=UTC))
pasts = st.builds(
    past, st.one_of(st.none(), moments), st.sampled_from([None, "failed", "no_answer", "what?"])
)


@given(
    request=st.sampled_from([AUTOMATIC_CALL, CALL_BY_HAND, ANSWERED_CALL]),
    state=states,
    tier=st.sampled_from(["standard", "protected", "vip"]),
    holds=st.sampled_from([(), ("x",)]),
    now=moments,
    history=st.lists(pasts, max_size=6).map(tuple),
    voided=st.booleans(),
)
@settings(max_examples=200)
def test_what_is_allowed_has_no_reason_and_what_is_denied_has_one(request, voided, **changes):
    told = profile(YES, confirmed_on=changes["now"].date(), voided=voided)
    contact = facts(profile=told, **changes)
    decision = decide(request, contact, policy())
    assert decision.allowed is (not decision.reasons)
    if decision.look_again_at is not None:
        assert decision.look_again_at >= contact.now
    if decision.allowed:
        assert not voided
        assert not contact.holds
        assert request.means == "by_hand" or contact.tier == "standard"


@given(now=moments, history=st.lists(pasts, max_size=5).map(tuple))
@settings(max_examples=150)
def test_when_it_looks_again_it_allows(now, history):
    contact = facts(now=now, history=history)
    again = decide(AUTOMATIC_CALL, contact, policy()).look_again_at
    if again is None or any(each.placed_at is None or each.placed_at > now for each in history):
        return
    assert decide(AUTOMATIC_CALL, replace(contact, now=again), policy()).allowed


def test_a_time_without_zone_is_denied_by_name():
    assert reasons(now=NAIVE) == {"time_without_zone"}


def test_a_policy_that_breaks_is_a_denial_not_an_error():
    decision = decide(AUTOMATIC_CALL, facts(), None)  # type: ignore[arg-type]
    assert [str(reason) for reason in decision.reasons] == ["gate_error"]
    assert decision.allowed is False
    assert decision.policy_version == "unknown"


@pytest.mark.parametrize("request_", [AUTOMATIC_CALL, CALL_BY_HAND, RELEASED_CALL])
@pytest.mark.parametrize("odd", [{"tier": "vip"}, {"tier": ""}, {"state": "limbo"}])
def test_a_word_nobody_has_heard_of_is_no_reason_to_go_on(request_, odd):
    decision = decide(request_, facts(profile=profile(YES), **odd), policy())
    assert [str(reason) for reason in decision.reasons] == ["unknown_value"]
    assert decision.allowed is False


def test_facts_of_no_kind_at_all_are_denied():
    for nothing in (None, object(), MONDAY):
        assert not decide(nothing, nothing, policy()).allowed  # type: ignore[arg-type]
