"""Several workers on one queue, and a worker that runs once."""

import threading
from base64 import b64encode

import pytest
from click.testing import CliRunner
from journeys.service import Service

from contactbot.bootstrap import Application
from contactbot.cli.worker import worker
from contactbot.database.engine import make_engine
from contactbot.scheduling.jobs import dispatch_all


def run_workers(service: Service, number: int) -> None:
    engines = [make_engine(service.settings.database_url or "") for _ in range(number)]
    workers = [
        threading.Thread(target=dispatch_all, args=(Application(service.settings, engine),))
        for engine in engines
    ]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    for engine in engines:
        engine.dispose()


def test_two_workers_ring_thirty_people_once_each(service: Service) -> None:
    people = service.refer_many(30, "busy")
    run_workers(service, 2)
    service.wait_until_quiet()
    assert [len(service.calls_to(person)) for person in people] == [1] * 30


def test_two_workers_ring_one_person_with_two_cases_once(service: Service) -> None:
    person = service.refer("busy")
    same = {"family_name": person.name, "date_of_birth": person.born, "phone": person.number}
    service.refer("busy", **same)
    run_workers(service, 4)
    service.wait_until_quiet()
    assert len(service.calls_to(person)) == 1
    assert len(service.rows("SELECT * FROM persons")) == 1


@pytest.fixture
def environment(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = service.settings
    for name, value in {
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "ENCRYPTION_KEYS": b64encode(settings.encryption_keys[0]).decode(),
        "INDEX_KEYS": b64encode(settings.index_keys[0]).decode(),
        "PUBLIC_URL": settings.public_url,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKENS": settings.twilio_auth_tokens[0],
        "TWILIO_FROM": settings.twilio_from,
        "TWILIO_API_URL": settings.twilio_api_url,
        "CASE_STORE": settings.case_store,
    }.items():
        monkeypatch.setenv(f"CONTACTBOT_{name}", str(value))


@pytest.mark.usefixtures("environment")
def test_a_worker_that_runs_once_calls_settles_and_delivers(service: Service) -> None:
    person = service.refer("opts_in")
    assert CliRunner().invoke(worker, ["--once"]).exit_code == 0
    service.wait_until_quiet()
    assert CliRunner().invoke(worker, ["--once"]).exit_code == 0
    assert service.state(person) == "contacted"
    assert "referral_opt_in" in [record["type"] for record in service.handed_over()]
    assert len(service.calls_to(person)) == 1
