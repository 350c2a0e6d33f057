"""An event and a dispatch about one person follow each other; neither slips between the other."""

import threading

from operations.event_world import POLICY_FILE, World, event

from contactbot.database.outreach_store import DatabaseOutreachStore
from contactbot.database.tables import referrals
from contactbot.domain.policy import parse_policy
from contactbot.operations.events import EventResult, apply_event


def test_an_event_waits_for_the_person_and_then_takes_effect(database, keyring):
    world = World(database, keyring)
    person = world.person()
    policy = parse_policy(POLICY_FILE.read_text("utf-8"))
    results = []

    def happen():
        happened = event("suspect_released")
        results.append(apply_event(world.events, happened, policy, allow_pretend=False))

    with DatabaseOutreachStore(database, keyring).begin() as dispatch:
        dispatch.lock_person(person.id)
        thread = threading.Thread(target=happen)
        thread.start()
        thread.join(0.3)
        assert results == []
        assert world.read(referrals, "route", id=person.referral) == ["automatic"]
    thread.join(10)
    assert results == [EventResult.APPLIED]
    assert world.read(referrals, "route", id=person.referral) == ["caller"]
