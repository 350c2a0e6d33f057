"""What the ending of a call by hand does, and which endings may be chosen."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pages.calling import (
    NO,
    YES,
    answer,
    attempts,
    claimed,
    offered,
    press,
    reach_content,
    referral,
    rows,
)
from pages.people import PAGE, call_back, protected, set_clock, somebody
from small_world import CODE, SHOWS, World

from contactbot.database import tables

SAFETY = ["do_not_ring", "not_alone", "third_party_answered"]


def another_case(world: World, person) -> UUID:
    """One more referral of this person, for a caller too."""
    case = uuid4()
    world.put(
        tables.referrals,
        id=case,
        person_id=person.id,
        reference=f"R-{case.hex[:8]}",
        source_system="niche",
        crime_group="theft",
        flags_assessed=True,
        referred_at=SHOWS,
        tier="protected",
        state="awaiting_contact",
        route="caller",
        breach_at=SHOWS + timedelta(days=3),
        imported_at=SHOWS,
        updated_at=SHOWS,
    )
    return case


def test_whoever_is_not_alone_has_the_number_suspended_and_a_supervisor_told(caller, world):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    assert "suspended at once" in caller.get(PAGE).text
    press(caller, "end", ending="not_alone")
    [number] = rows(world, "SELECT * FROM numbers")
    assert number.suspended_because == "not_alone"
    [held] = rows(world, "SELECT * FROM holds WHERE released_at IS NULL")
    assert held.reason == "not_alone_by_hand"
    assert referral(world, person).state == "held"


@pytest.mark.parametrize("rungs", [0, 1, 2])
def test_where_somebody_else_answered_nobody_rings_until_a_supervisor_decides(caller, world, rungs):
    person = protected(world)
    other = another_case(world, person)
    press(caller, "next")
    page = press(caller, "dial")
    if rungs:
        page = press(caller, "identity", code=CODE, language="en")
    if rungs > 1:
        page = answer(caller, YES)
    assert "third_party_answered" in offered(page)
    press(caller, "end", ending="third_party_answered")
    [attempt] = attempts(world)
    assert (attempt.disposition, attempt.aapor) == ("third_party_answered", "3.90")
    [number] = rows(world, "SELECT * FROM numbers")
    assert number.suspended_because == "third_party_answered"
    [held] = rows(world, "SELECT * FROM holds WHERE released_at IS NULL")
    assert (held.reason, held.referral_id) == ("third_party_answered", None)
    assert referral(world, person).state == "held"
    world.run("UPDATE referrals SET due_at = NULL, route = 'caller'")
    set_clock(world, SHOWS + timedelta(days=7))
    press(caller, "next")
    assert claimed(world) == []
    reasons = rows(world, "SELECT reasons FROM decisions WHERE NOT allowed")
    assert any({"held", "number_suspended"} <= set(row.reasons) for row in reasons)
    assert other


def test_somebody_in_touch_whose_telephone_another_has_is_not_rung_again(caller, world):
    person = somebody(world, state="contacted")
    call_back(world, person, SHOWS)
    press(caller, "next")
    press(caller, "dial")
    press(caller, "end", ending="third_party_answered")
    kept = referral(world, person)
    assert (kept.state, kept.route) == ("contacted", "none")
    assert [row.reason for row in rows(world, "SELECT reason FROM holds")] == [
        "third_party_answered"
    ]


def test_whoever_asks_not_to_be_rung_is_rung_by_nobody(caller, world):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    press(caller, "end", ending="do_not_ring")
    assert referral(world, person).state == "suppressed"
    assert len(rows(world, "SELECT * FROM suppressions WHERE lifted_at IS NULL")) == 2


def test_a_call_by_hand_counts_for_spacing(caller, world):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    press(caller, "end", ending="no_answer")
    world.run("UPDATE referrals SET route = 'caller', due_at = NULL")
    press(caller, "next")
    assert claimed(world) == []
    assert referral(world, person).due_at == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_call_back_nobody_answered_stays_with_callers(caller, world):
    person = somebody(world, state="contacted")
    booked = call_back(world, person, SHOWS)
    press(caller, "next")
    press(caller, "dial")
    press(caller, "end", ending="no_answer")
    kept = referral(world, person)
    assert (kept.state, kept.route) == ("contacted", "caller")
    [row] = rows(world, "SELECT * FROM appointments")
    assert (row.id, row.state) == (booked, "kept")


def test_an_ending_says_what_it_will_do(caller, world):
    somebody(world)
    press(caller, "next")
    page = press(caller, "dial").text
    assert "They will be tried again at another time of day." in page
    assert "Nobody will ring, text or write to them or this number again." in page


def test_the_endings_offered_agree_with_what_was_said(caller, world):
    somebody(world)
    assert sorted(offered(reach_content(caller))) == sorted(
        ["asked_for_person", "hung_up_after_identity", "stopped", *SAFETY]
    )
    assert sorted(offered(answer(caller, YES))) == sorted(["opted_in", *SAFETY])
    assert sorted(offered(answer(caller, NO, "1"))) == sorted(["call_back", *SAFETY])
    press(caller, "again", again="support")
    assert sorted(offered(answer(caller, NO))) == sorted(["declined", *SAFETY])
    assert offered(answer(caller, YES)) == SAFETY


def test_whoever_is_not_sure_is_rung_again_by_a_caller(caller, world):
    person = somebody(world)
    reach_content(caller)
    page = answer(caller, "*8")
    assert 'value="asked_for_person" checked' in page.text
    press(caller, "end", ending="asked_for_person")
    assert attempts(world)[0].disposition == "asked_for_person"
    assert referral(world, person).route == "caller"


def test_no_ending_is_saved_that_was_not_offered(caller, world):
    somebody(world)
    reach_content(caller)
    for ending in ("opted_in", "declined", "call_back", "error", "nothing", ""):
        assert "Nothing was changed" in press(caller, "end", ending=ending).text
    assert attempts(world)[0].disposition is None


@pytest.mark.parametrize(("said", "allowed"), [("yes", True), ("blank", False), ("no", False)])
def test_words_are_left_on_a_machine_only_where_the_person_said_yes(caller, world, said, allowed):
    yes = {"safe_call": "yes", "confirmed_on": date(2026, 2, 25)}
    person = somebody(world, tier="protected", profile=yes | {"safe_voicemail": said})
    press(caller, "next")
    page = press(caller, "dial")
    assert ("voicemail_left" in offered(page)) is allowed
    assert ("I will ring again another time." in page.text) is allowed
    press(caller, "end", ending="voicemail_left")
    left = attempts(world)[0].disposition == "voicemail_left"
    assert left is allowed
    if allowed:
        assert attempts(world)[0].aapor == "2.221"
        assert referral(world, person).state == "attempted"
        [decision] = rows(world, "SELECT * FROM decisions WHERE channel = 'voicemail'")
        assert (decision.allowed, decision.means) == (True, "by_hand")
