"""Everything goes wrong at once, for many people: still nobody is rung twice, and all ends."""

from random import Random

from journeys.people import LAST_TWO_DIGITS, Person, somebody
from journeys.service import Service, row_of
from journeys.test_workers import run_workers

SEED = 1
PEOPLE = 30
TROUBLES = (
    ("lose_reply", {"mode": "drop"}),
    ("lose_reply", {"mode": "500"}),
    ("lose_reply", {"mode": "truncate"}),
    ("lose_request", {"mode": "drop"}),
    ("callbacks", {"drop": True}),
    ("callbacks", {"drop": ["completed", "no-answer", "busy", "failed"]}),
    ("callbacks", {"early": True, "duplicate": 2}),
    ("callbacks", {"reverse": True, "documents_twice": True}),
    ("callbacks", {"late_seconds": 1, "duplicate": 1}),
)
LIVE = "SELECT * FROM attempts WHERE ended_at IS NULL"


def people_in_trouble(service: Service, random: Random) -> list[Person]:
    people = [somebody(random.choice(list(LAST_TWO_DIGITS))) for _ in range(PEOPLE)]
    service.take_in([row_of(person) for person in people])
    for person in people:
        for kind, settings in random.sample(TROUBLES, 2):
            service.trouble(kind, person, **settings)
    return people


def test_in_a_storm_everybody_is_rung_at_most_once_and_every_attempt_ends(
    service: Service,
) -> None:
    people = people_in_trouble(service, Random(SEED))  # noqa: S311 - chance, not a secret
    run_workers(service, 2)
    service.wait_until_quiet()
    for _ in range(4):
        service.let_real_time_pass(1801)
        service.settle()
    assert service.rows(LIVE) == []
    assert max(len(service.calls_to(person)) for person in people) == 1
    assert service.rows("SELECT * FROM referrals WHERE state = 'awaiting_contact'") == []
