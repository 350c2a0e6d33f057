"""A monitor reads counts and ages of the database, and nobody else reads anything."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from small_world import NUMBER, SHOWS
from sqlalchemy import text
from watching.watched import Watched

from contactbot.database import tables
from contactbot.ports.heartbeats import Living

ELSEWHERE: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7"}
TOKEN = {"Authorization": "Bearer s3cret"}
Labels = frozenset[tuple[str, str]]


def samples(page: str) -> Mapping[str, Mapping[Labels, float]]:
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


def scrape(watched: Watched) -> Mapping[str, Mapping[Labels, float]]:
    answer = watched.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return samples(answer.text)


def labels(**names: str) -> Labels:
    return frozenset(names.items())


def only(values: Mapping[Labels, float]) -> float:
    (value,) = values.values()
    return value


def test_everything_is_counted_by_state_and_reason(watched: Watched) -> None:
    world = watched.world
    for attempt, disposition in ((1, "opted_in"), (2, "opted_in"), (3, "no_answer")):
        person = world.person(f"+44770090010{attempt}")
        world.call(person, timedelta(hours=attempt), disposition=disposition)
    denied = world.person("+447700900109", state="held", route="none")
    world.put(
        tables.decisions, person_id=denied.id, referral_id=denied.referral, channel="call",
        means="automatic", moment="dispatch", allowed=False, reasons=["held"], policy_version="t",
        at=SHOWS,
    )  # fmt: skip
    world.put(tables.clock, shows=SHOWS + timedelta(hours=9), because="test")
    found = scrape(watched)
    attempts = found["contactbot_attempts"]
    assert attempts[labels(state="completed", disposition="opted_in")] == 2
    assert attempts[labels(state="completed", disposition="no_answer")] == 1
    assert found["contactbot_denied_referrals"] == {labels(reason="held"): 1}
    assert found["contactbot_referrals"] == {
        labels(state="awaiting_contact"): 3,
        labels(state="held"): 1,
    }
    assert found["contactbot_outbox_records"][labels(state="pending")] == 3
    assert only(found["contactbot_outbox_oldest_pending_seconds"]) > 0
    assert only(found["contactbot_attempts_in_flight"]) == 0


def test_what_is_due_and_for_how_long_is_told_on_the_calendar(watched: Watched) -> None:
    watched.world.put(tables.clock, shows=SHOWS, because="test")
    watched.world.person(due_at=SHOWS - timedelta(hours=2))
    watched.world.person("+447700900124", due_at=SHOWS + timedelta(hours=2))
    watched.world.person("+447700900125", due_at=SHOWS - timedelta(days=9), route="caller")
    found = scrape(watched)
    assert only(found["contactbot_due_referrals"]) == 1
    assert only(found["contactbot_oldest_due_seconds"]) == pytest.approx(7200, abs=60)


def test_a_call_in_flight_is_told(watched: Watched) -> None:
    person = watched.world.person()
    watched.world.call(person, timedelta(), state="ringing", disposition=None, ended_at=None)
    found = scrape(watched)
    assert only(found["contactbot_attempts_in_flight"]) == 1
    assert found["contactbot_attempts"] == {labels(state="ringing", disposition=""): 1}


def test_refused_and_unknown_webhooks_are_there_before_the_first(watched: Watched) -> None:
    assert set(scrape(watched)["contactbot_events_total"].values()) == {0}
    watched.client.post("/webhooks/twilio/status/x")
    counted = scrape(watched)["contactbot_events_total"]
    assert counted[labels(name="webhook_refused")] == 1
    assert counted[labels(name="webhook_unknown_attempt")] == 0


def test_a_job_shows_its_silence(watched: Watched) -> None:
    watched.application.heartbeats.beat(Living.JOB, "dispatch")
    watched.world.run("UPDATE heartbeats SET at_real = at_real - interval '100 seconds'")
    silence = scrape(watched)["contactbot_job_silence_seconds"]
    assert silence[labels(job="dispatch")] == pytest.approx(100, abs=30)


def test_a_source_the_policy_does_not_name_is_never_shown_by_name(watched: Watched) -> None:
    watched.application.heartbeats.beat(Living.FEED, "llywelyn")
    watched.world.put(tables.clock, shows=SHOWS + timedelta(days=30), because="test")
    answer = watched.client.get("/metrics").text
    assert "llywelyn" not in answer
    assert 'contactbot_feed_quiet{source="other"} 1.0' in answer
    assert "llywelyn" not in watched.client.get("/readyz").text


def test_a_process_tells_what_it_uses(watched: Watched) -> None:
    assert only(scrape(watched)["process_open_fds"]) > 0


def test_nothing_of_a_person_is_shown(watched: Watched) -> None:
    person = watched.world.person()
    attempt = watched.world.call(person, timedelta())
    page = watched.client.get("/metrics").text
    hidden = (person.id, person.referral, person.reference, attempt, attempt.hex)
    assert all(str(each) not in page for each in (*hidden, "Llywelyn", NUMBER[3:]))


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_what_a_proxy_passes_on_does_not_come_from_this_machine(
    watched: Watched, header: str
) -> None:
    assert watched.client.get("/metrics", headers={header: "192.0.2.7"}).status_code == 404


def test_from_elsewhere_there_is_no_such_page(watched: Watched) -> None:
    asked = [
        watched.client.get(path, environ_base=ELSEWHERE).text.replace(path, "")
        for path in ("/metrics", "/no-such-page")
    ]
    assert asked[0] == asked[1]
    assert watched.client.get("/metrics", environ_base=ELSEWHERE).status_code == 404


class TestWithAToken:
    """Another machine may ask if it shows the token."""

    @pytest.fixture
    def settings_changes(self) -> dict[str, object]:
        return {"metrics_token": "s3cret"}

    def test_the_token_opens(self, watched: Watched) -> None:
        answer = watched.client.get("/metrics", environ_base=ELSEWHERE, headers=TOKEN)
        assert answer.status_code == 200

    @pytest.mark.parametrize("shown", ["", "s3cret", "Bearer s3cre", "Bearer s3cret ", "Bearer é"])
    def test_nothing_else_does(self, watched: Watched, shown: str) -> None:
        headers = {"Authorization": shown}
        answer = watched.client.get("/metrics", environ_base=ELSEWHERE, headers=headers)
        assert answer.status_code == 404


def test_gauges_that_take_too_long_are_given_up(watched: Watched) -> None:
    with watched.application.engine.connect() as connection:
        connection.execute(text("LOCK TABLE outbox"))
        answer = watched.client.get("/metrics")
    assert answer.status_code == 503
