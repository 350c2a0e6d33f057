"""What a call was, what it established, and what follows from it."""

import pytest
from operations.world import CODE, NUMBER, World, seen, sid

from contactbot.operations.dispatch import Dispatched, place_next

PROVED = ("2", CODE)
ALONE = (*PROVED, "1")
CONSENT = "We can arrange support for you."


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


@pytest.fixture
def person(world):
    known = world.person()
    world.place()
    return known


def after(world, *keys):
    """The attempt after a call on which these keys were pressed."""
    world.talk(*keys)
    world.report("completed")
    return world.attempt()


def told(world, kind):
    return world.values("SELECT body FROM outbox WHERE type = :kind ORDER BY position", kind=kind)


@pytest.mark.parametrize(
    ("keys", "disposition", "state", "route"),
    [
        ((), "answered_no_key", "attempted", "automatic"),
        (("",), "answered_no_key", "attempted", "automatic"),
        (("2",), "hung_up_before_identity", "attempted", "automatic"),
        (("2", "", ""), "hung_up_before_identity", "attempted", "automatic"),
        (("2", "#"), "asked_for_person", "attempted", "caller"),
        (("2", "0", "0"), "do_not_ring", "suppressed", "none"),
        (("2", "1111", "2222"), "wrong_code", "held", "none"),
        (PROVED, "hung_up_after_identity", "attempted", "caller"),
        ((*PROVED, "2"), "not_alone", "attempted", "automatic"),
        (ALONE, "hung_up_after_identity", "attempted", "caller"),
        ((*ALONE, "", ""), "hung_up_after_identity", "attempted", "caller"),
        ((*ALONE, "*", "0"), "stopped", "attempted", "caller"),
        ((*ALONE, "1"), "opted_in", "contacted", "none"),
        ((*ALONE, "1", "", ""), "opted_in", "contacted", "none"),
        ((*ALONE, "1", "2", "1"), "call_back", "contacted", "caller"),
        ((*ALONE, "1", "1", "1"), "opted_in", "contacted", "none"),
        ((*ALONE, "1", "*", "0"), "opted_in", "contacted", "none"),
        ((*ALONE, "2"), "declined", "declined", "none"),
        ((*ALONE, "2", "", ""), "declined", "declined", "none"),
        ((*ALONE, "2", "2"), "declined", "declined", "none"),
        ((*ALONE, "2", "1"), "do_not_ring", "suppressed", "none"),
    ],
)
def test_every_way_a_call_can_go(world, person, keys, disposition, state, route):
    assert after(world, *keys).disposition == disposition
    referral = world.referral(person)
    assert (referral.state, referral.route) == (state, route)
    assert [body["disposition"] for body in told(world, "attempt")] == [disposition]


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_a_call_nobody_answered_is_what_the_provider_says(world, person, status):
    world.report(status)
    assert world.attempt().disposition == status.replace("-", "_")
    assert world.values("SELECT count(*) FROM interviews") == [0]


def test_the_consent_keeps_the_very_words_in_the_language_they_were_heard_in(world, person):
    world.talk("1", CODE, "1", "1")
    (consent,) = world.rows("SELECT * FROM consent_events")
    assert consent.wording.startswith(f"[cy] {CONSENT}")
    assert (consent.decision, consent.language, consent.identity) == (
        "given",
        "cy",
        "contact_code",
    )
    (body,) = told(world, "consent")
    assert body["wording_hash"] == consent.wording_hash
    assert told(world, "referral_opt_in") == [body]


def test_a_refusal_is_told_as_one_and_opts_nobody_in(world, person):
    after(world, *ALONE, "2", "2")
    assert [body["decision"] for body in told(world, "consent")] == ["refused"]
    assert told(world, "referral_opt_in") == []


def test_a_refusal_holds_for_every_referral_of_the_person(world, person):
    other = world.refer(person)
    after(world, *ALONE, "2", "2")
    world.set_clock(world.attempt().ended_at.replace(day=4))
    assert place_next(world.outreach) is Dispatched.WITHHELD
    state = "SELECT state FROM referrals WHERE id = :id"
    assert world.values(state, id=other) == ["suppressed"]
    assert world.rows("SELECT reason, programme FROM suppressions") == [
        ("support_declined", "support")
    ]


def test_two_wrong_codes_hold_every_case_of_the_person(world, person):
    world.refer(person)
    after(world, "2", "1111", "2222")
    assert world.rows("SELECT reason, referral_id FROM holds") == [("wrong_code", None)]
    world.set_clock(world.attempt().ended_at.replace(day=4))
    assert place_next(world.outreach) is Dispatched.WITHHELD


def test_never_again_stops_the_person_and_the_telephone(world, person):
    flatmate = world.person(NUMBER)
    after(world, "2", "0", "0")
    reasons = "SELECT person_id, number_index, reason FROM suppressions ORDER BY person_id"
    assert world.rows(reasons) == [
        (person.id, None, "opted_out"),
        (None, person.index, "opted_out"),
    ]
    world.set_clock(world.attempt().ended_at.replace(day=4))
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.referral(flatmate).state == "suppressed"


def test_a_hold_placed_during_the_call_is_not_named_after_how_the_call_went(world, person):
    world.talk("2")
    world.run(
        "INSERT INTO holds (id, person_id, reason, placed_at, placed_by)"
        " VALUES (gen_random_uuid(), :person, 'shared_number', now(), 'intake')",
        person=person.id,
    )
    world.report("completed")
    assert world.referral(person).state == "held"
    assert world.holds(person) == ["shared_number"]


def test_the_language_is_the_victim_s_only_once_the_code_was_right(world, person):
    world.talk("1")
    assert world.values("SELECT language FROM persons") == [None]
    world.key(2, CODE)
    assert world.rows("SELECT language, language_source FROM persons") == [("cy", "keypad")]
    assert world.attempt().language == "cy"


def test_answers_are_kept_sealed_and_the_interview_says_how_it_ended(world, person):
    after(world, *ALONE, "1", "2", "1")
    answers = world.rows("SELECT id, step, value_sealed FROM answers ORDER BY turn")
    opened = [
        (row.step, person.box.open("answers", "value_sealed", row.id, bytes(row.value_sealed)))
        for row in answers
    ]
    assert opened == [("support", "yes"), ("needs_offer", "no"), ("call_back_time", "slot:1")]
    (interview,) = world.rows("SELECT state, ending, language FROM interviews")
    assert interview == ("completed", "call_back", "en")
    assert world.values("SELECT count(*) FROM appointments") == [1]


def test_an_interview_broken_off_is_kept_as_that(world, person):
    after(world, *ALONE)
    assert world.rows("SELECT state, ending FROM interviews") == [
        ("broken_off", "hung_up_after_identity")
    ]


def test_an_attempt_is_concluded_once(world, person):
    world.talk(*ALONE, "1", "1")
    world.report("completed", 3)
    world.report("completed", 4)
    world.telephones.known = {sid(1): seen(1, "completed")}
    assert world.values("SELECT count(*) FROM audit WHERE action = 'attempt_ended'") == [1]
    assert world.referral(person).tries == 1


def test_a_case_that_cannot_be_read_when_its_call_ends_is_set_aside(world, person):
    world.run("UPDATE contact_profiles SET safe_hours = 'whenever'")
    world.report("no-answer")
    assert world.attempt().state == "no_answer"
    assert world.holds(person) == ["case_unreadable"]


def test_the_status_is_told_when_it_changes(world, person):
    after(world, *ALONE, "1")
    assert [body["state"] for body in told(world, "status")] == ["contacted"]
