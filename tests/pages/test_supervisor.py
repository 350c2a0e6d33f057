"""The supervisor's page: what waits, in which order, who sees it, and what releases do."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from pages.calling import claimed, press
from pages.conftest import sign_in_as
from pages.people import call_back, protected, set_clock, somebody, world_of
from pages.supervision import HOME, WORKING, hold, rows, send, text_us
from small_world import NUMBER, SHOWS, World

from contactbot.domain.staff import Role

OTHERS = ("+447700900224", "+447700900325", "+447700900426")
NOBODYS = "+447700900555"


@pytest.fixture
def world(application) -> World:
    return world_of(application)


@pytest.fixture
def caller(app, application, world) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, application, Role.CALLER)
    return client


@pytest.fixture
def boss(app, application, world) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, application, Role.SUPERVISOR)
    return client


# Texts out of the blue.


def test_texts_are_listed_most_urgent_first_with_reference_and_without_words(
    application, boss, world
):
    first, second, third = (somebody(world, number) for number in OTHERS)
    text_us(application, "who is this", OTHERS[0])
    text_us(application, "this is her husband", OTHERS[1])
    text_us(application, "mae e yma", OTHERS[2])
    page = boss.get(HOME).text
    order = [page.index(person.reference) for person in (third, second, first)]
    assert order == sorted(order)
    assert "Texts that speak of danger: 1. Read them now." in page
    for word in ("husband", "mae e yma", "Eleri", "Llywelyn", *OTHERS):
        assert word not in page


def test_the_number_of_texts_is_in_the_title(application, boss, world):
    assert "<title>For supervisors" in boss.get(HOME).text
    somebody(world)
    text_us(application, "he's here")
    assert "<title>(1) For supervisors" in boss.get(HOME).text


def test_a_stop_that_was_carried_out_needs_nobody(application, boss, world):
    person = somebody(world)
    text_us(application, "STOP")
    assert person.reference not in boss.get(HOME).text


def test_a_stop_from_a_protected_person_may_be_somebody_elses(application, boss, world):
    person = protected(world)
    text_us(application, "STOP")
    page = boss.get(HOME).text
    assert person.reference in page
    assert "Stop, from a protected person" in page
    assert "The number is never rung or texted again." in page


def test_the_words_are_shown_on_opening_only_and_that_is_kept(application, boss, world):
    person = somebody(world)
    text_id = text_us(application, "he's here, don't ring")
    page = boss.get(f"{HOME}/texts/{text_id}").text
    assert "he&#39;s here, don&#39;t ring" in page
    assert "Everything planned was stopped, and is held." in page
    assert "A text says that it is not safe to talk" in page
    assert "Eleri" not in page
    [kept] = rows(world, "SELECT * FROM audit WHERE action = 'text_read'")
    [about] = rows(world, "SELECT * FROM audit WHERE action = 'person_text_read'")
    assert (kept.subject_id, about.subject_id) == (str(text_id), str(person.id))
    [row] = rows(world, "SELECT * FROM inbound_texts")
    assert row.read_by == kept.actor


def test_from_a_hold_one_finds_the_text_it_came_of(application, boss, world):
    somebody(world)
    text_id = text_us(application, "he's here")
    [held] = rows(world, "SELECT id FROM holds")
    page = boss.get(f"{HOME}/holds/{held.id}").text
    assert f"{HOME}/texts/{text_id}" in page
    assert "here" not in page.replace("where", "")


def test_without_the_audit_row_nothing_is_read(application, boss, world):
    somebody(world)
    text_id = text_us(application, "he's here, don't ring")
    world.run("ALTER TABLE audit ADD CONSTRAINT no_reading CHECK (action <> 'text_read')")
    assert "ring" not in boss.get(f"{HOME}/texts/{text_id}").text.replace("string", "")
    assert rows(world, "SELECT read_at FROM inbound_texts") == [(None,)]


def test_a_text_taken_care_of_is_gone_and_who_did_it_is_kept_for_good(application, boss, world):
    person = somebody(world)
    text_id = text_us(application, "he's here")
    page = send(boss, f"{HOME}/texts/{text_id}", note="Rang 101, they went round.").text
    assert "The text is taken care of." in page
    assert f"texts/{text_id}" not in page
    [act] = rows(world, "SELECT * FROM supervisor_acts")
    assert (act.act, act.subject_id, act.person_id) == ("text_settled", text_id, person.id)
    assert b"101" not in bytes(act.note_sealed)
    assert [row.reason for row in rows(world, "SELECT reason FROM holds")] == ["text_not_safe"]
    with pytest.raises(Exception, match="append-only"):
        world.run("UPDATE supervisor_acts SET made_by = 'nobody'")


@pytest.mark.parametrize("note", ["", "  ", "x" * 501])
def test_a_text_is_not_put_away_without_a_note(application, boss, world, note):
    somebody(world)
    text_id = text_us(application, "he's here")
    answer = send(boss, f"{HOME}/texts/{text_id}", note=note)
    assert answer.status_code == 422
    assert "Write in a few words what you did." in answer.text
    assert note in answer.text
    assert rows(world, "SELECT * FROM supervisor_acts") == []


def test_the_second_to_take_care_of_a_text_is_told(application, boss, world):
    somebody(world)
    text_id = text_us(application, "he's here")
    send(boss, f"{HOME}/texts/{text_id}", note="first")
    page = send(boss, f"{HOME}/texts/{text_id}", note="second").text
    assert "Somebody else has decided this meanwhile." in page
    assert len(rows(world, "SELECT * FROM supervisor_acts")) == 1


def test_a_text_from_a_number_nobody_has_reaches_a_person_with_its_number(application, boss, world):
    text_id = text_us(application, "help me", NOBODYS)
    assert "A number nobody here has" in boss.get(HOME).text
    page = boss.get(f"{HOME}/texts/{text_id}").text
    assert "help me" in page
    assert NOBODYS in page
    [row] = rows(world, "SELECT * FROM inbound_texts")
    assert b"help me" not in bytes(row.body_sealed)
    send(boss, f"{HOME}/texts/{text_id}", note="Told the control room.")
    assert len(rows(world, "SELECT * FROM supervisor_acts")) == 1


def test_whose_key_is_destroyed_has_no_words_left(application, boss, world):
    somebody(world)
    text_id = text_us(application, "he's here")
    world.run("UPDATE persons SET key_wrapped = NULL")
    page = boss.get(f"{HOME}/texts/{text_id}").text
    assert "Its words can no longer be read." in page
    send(boss, f"{HOME}/texts/{text_id}", note="Erased meanwhile.")
    assert len(rows(world, "SELECT * FROM supervisor_acts")) == 1


def test_there_is_no_text_nobody_sent(boss):
    nowhere = f"{HOME}/texts/00000000-0000-0000-0000-000000000000"
    assert boss.get(nowhere).status_code == 404
    assert send(boss, nowhere, note="x").status_code == 404


# The page renews itself.


def mark_of(page: str) -> str:
    return page.split('data-mark="')[1].split('"', maxsplit=1)[0]


def test_a_page_that_has_seen_all_is_answered_with_nothing_and_nothing_is_kept(boss, world):
    call_back(world, somebody(world), SHOWS + timedelta(days=1))
    world.run(WORKING)
    mark = mark_of(boss.get(HOME).text)
    before = len(rows(world, "SELECT id FROM audit"))
    answer = boss.get(f"{HOME}/now?seen={mark}")
    assert (answer.status_code, answer.text) == (204, "")
    assert len(rows(world, "SELECT id FROM audit")) == before


@pytest.mark.parametrize("news", ["text", "hold", "silence", "dead"])
def test_whatever_is_new_is_shown_at_the_next_asking(application, boss, world, news):
    person = somebody(world)
    world.run(WORKING)
    mark = mark_of(boss.get(HOME).text)
    if news == "text":
        text_us(application, "he's here")
    elif news == "hold":
        hold(world, person, "in_custody")
    elif news == "silence":
        world.run("UPDATE heartbeats SET at_real = at_real - interval '1 hour'")
    else:
        world.run(
            "INSERT INTO outbox (id, type, case_reference, source_system, sequence, occurred_at,"
            " recorded_at, body, state) VALUES (gen_random_uuid(), 'status', 'R', 'niche', 1,"
            " now(), now(), '{}', 'dead')"
        )
    answer = boss.get(f"{HOME}/now?seen={mark}")
    assert answer.status_code == 200
    assert mark_of(answer.text) != mark
    assert "<html" not in answer.text


def test_a_silent_worker_is_told_with_what_to_do(boss, world):
    assert "No worker has run yet." in boss.get(HOME).text
    world.run(WORKING)
    assert "worker" not in boss.get(HOME).text
    world.run("UPDATE heartbeats SET at_real = '2026-03-02 09:30+00'")
    page = boss.get(HOME).text
    assert "The worker has not run since Mon 2 Mar 09:30." in page
    assert "contactbot worker" in page


def test_a_quiet_feed_is_told(boss, world):
    world.run(WORKING)
    world.run(
        "INSERT INTO heartbeats (kind, name, at) VALUES ('feed', 'niche', '2026-02-20 10:00+00')"
    )
    assert "has brought no file since Fri 20 Feb 10:00." in boss.get(HOME).text


# Releases.


def test_a_supervisor_releases_a_protected_person_for_a_call_by_hand(boss, caller, world):
    person = somebody(world, tier="protected")
    assert person.reference in boss.get(HOME).text
    let = f"{HOME}/release/{person.referral}"
    answer = send(boss, let, note="", until="2026-03-02T18:00")
    assert answer.status_code == 422
    press(caller, "next")
    assert claimed(world) == []
    send(boss, let, note="Officer rang her today", until="2026-03-02T18:00")
    press(caller, "next")
    assert claimed(world) == [person.id]
    assert person.e164 in press(caller, "dial").text
    [row] = rows(world, "SELECT * FROM audit WHERE action = 'person_released'")
    assert row.subject_id == str(person.id)
    [act] = rows(world, "SELECT * FROM supervisor_acts")
    assert b"Officer" not in bytes(act.note_sealed)


def test_a_release_ends_at_its_moment(boss, caller, world):
    person = somebody(world, tier="protected")
    let = f"{HOME}/release/{person.referral}"
    send(boss, let, note="Officer rang her today", until="2026-03-02T11:00")
    assert "Holds until Mon 2 Mar 11:00" in boss.get(HOME).text
    set_clock(world, SHOWS + timedelta(hours=2))
    press(caller, "next")
    assert claimed(world) == []
    page = boss.get(HOME).text
    assert "Ended Mon 2 Mar 11:00" in page
    assert f"release/{person.referral}" in page


@pytest.mark.parametrize(
    ("ending", "used_up"),
    [
        ("no_answer", False),
        ("busy", False),
        ("failed", False),
        ("hung_up_before_identity", True),
        ("not_alone", True),
    ],
)
def test_a_release_is_used_up_by_a_call_that_was_answered(boss, caller, world, ending, used_up):
    person = somebody(world, tier="protected")
    let = f"{HOME}/release/{person.referral}"
    send(boss, let, note="Officer rang her today", until="2026-03-06T18:00")
    press(caller, "next")
    press(caller, "dial")
    press(caller, "end", ending=ending)
    [row] = rows(world, "SELECT * FROM contact_releases")
    assert (row.used_up_at is not None) is used_up
    assert ("Used up by a call that was answered" in boss.get(HOME).text) is used_up


def test_whoever_is_not_among_the_most_urgent_can_be_released_too(boss, caller, world):
    for number in range(21):
        somebody(world, f"+4477009007{number:02}", tier="protected")
    late = somebody(world, tier="protected", breach_at=SHOWS + timedelta(days=9))
    page = boss.get(HOME).text
    assert "These are the most urgent ones." in page
    assert late.reference not in page
    let = f"{HOME}/release/{late.referral}"
    send(boss, let, note="Officer rang her today", until="2026-03-02T18:00")
    press(caller, "next")
    assert claimed(world) == [late.id]


def test_two_supervisors_release_once(boss, world):
    person = somebody(world, tier="protected")
    let = f"{HOME}/release/{person.referral}"
    send(boss, let, note="first", until="2026-03-02T18:00")
    page = send(boss, let, note="second", until="2026-03-02T18:00").text
    assert "Somebody else has decided this meanwhile." in page
    assert len(rows(world, "SELECT * FROM contact_releases")) == 1


def test_whose_confirmation_is_void_waits_for_a_release_whatever_the_tier(boss, caller, world):
    person = somebody(world)
    world.run("UPDATE contact_profiles SET voided_at = now(), voided_because = 'suspect_released'")
    press(caller, "next")
    assert claimed(world) == []
    assert f"release/{person.referral}" in boss.get(HOME).text
    let = f"{HOME}/release/{person.referral}"
    send(boss, let, note="Officer rang her today", until="2026-03-02T18:00")
    press(caller, "next")
    assert claimed(world) == [person.id]


def test_a_yes_nobody_has_confirmed_lately_is_counted(boss, world):
    old = {"safe_call": "yes", "confirmed_on": date(2026, 1, 5)}
    somebody(world, profile=old, tier="protected")
    assert "which nobody has confirmed lately: 1." in boss.get(HOME).text


def test_what_is_held_and_which_call_backs_are_booked_is_seen_without_names(boss, world):
    held, wished = somebody(world), somebody(world, OTHERS[0])
    hold(world, held, "in_custody")
    call_back(world, wished, SHOWS + timedelta(days=1))
    page = boss.get(HOME).text
    assert "The person is in custody" in page
    assert wished.reference in page
    for word in ("Eleri", NUMBER, NUMBER[-9:]):
        assert word not in page
