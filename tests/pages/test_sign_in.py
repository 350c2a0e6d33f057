"""Staff come in by name and password; guessing is slow, and a session ends by itself."""

import re
import time

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pages.conftest import sign_in_as, submit
from sqlalchemy import text

from contactbot.cli.main import contactbot
from contactbot.domain.staff import Role
from contactbot.operations.sign_in import PasswordRefused, add_member
from contactbot.ports.staff import NameTaken

WRONG = "a wrong password, long enough"


def rows(application, statement):
    with application.engine.connect() as connection:
        return connection.execute(text(statement)).all()


def run(application, statement):
    with application.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.fixture
def password(application) -> str:
    return add_member(application.door, "Nia", Role.CALLER)


def knock(client: FlaskClient, name: str, password: str):
    return submit(client, "/sign-in", "/sign-in", name=name, password=password)


def test_whoever_knows_the_password_comes_in(client, application, password):
    assert client.get("/").headers["Location"] == "/sign-in"
    assert knock(client, " nia ", password).headers["Location"] == "/"
    assert "caller" in client.get("/").text
    [(actor, action)] = rows(
        application, "SELECT actor, action FROM audit WHERE action = 'staff_signed_in'"
    )
    assert action == "staff_signed_in"
    assert "nia" not in actor


def test_the_database_knows_neither_password_nor_session(client, application, password):
    knock(client, "nia", password)
    session = client.get_cookie("staff").value
    kept = str(rows(application, "SELECT * FROM users")) + str(
        rows(application, "SELECT *, encode(id_hash, 'hex') FROM staff_sessions")
    )
    assert password not in kept
    assert session not in kept
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in kept


def test_a_session_cookie_is_kept_from_scripts_and_other_sites(client, password):
    cookie = next(
        header
        for header in knock(client, "nia", password).headers.getlist("Set-Cookie")
        if header.startswith("staff=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_unknown_names_and_wrong_passwords_get_the_same_answer(client, password):
    answers = [knock(client, name, WRONG) for name in ("nia", "nobody")]
    assert [answer.status_code for answer in answers] == [422, 422]
    first, second = (re.sub(r'value="[^"]*"', "", answer.text) for answer in answers)
    assert first == second


def test_an_unknown_name_takes_as_long_as_a_wrong_password(client, application, password):
    passwords, asked = application.door.passwords, []

    def seconds(password_hash):
        began = time.perf_counter()
        assert not passwords.fits(WRONG, password_hash)
        asked.append(time.perf_counter() - began)

    kept = rows(application, "SELECT password_hash FROM users")[0][0]
    for _ in range(3):
        seconds(kept)
        seconds(None)
    assert min(asked[1::2]) > min(asked[0::2]) / 3


def test_wrong_guesses_have_to_wait_longer_and_longer(client, application, password):
    assert [knock(client, "nia", WRONG).status_code for _ in range(4)] == [422, 422, 422, 429]
    assert knock(client, "nia", password).status_code == 429
    run(application, "UPDATE sign_in_tries SET at_real = at_real - interval '2 seconds'")
    assert knock(client, "nia", password).status_code == 303


def test_the_longest_delay_is_a_minute_so_nobody_is_kept_out(client, application, password):
    door = application.door
    for _ in range(40):
        door.store.note_try("nia", "198.51.100.7")
    waiting = knock(client, "nia", password)
    assert 0 < int(waiting.headers["Retry-After"]) <= 61


def test_guesses_from_elsewhere_do_not_delay_whoever_came_from_here_before(
    client, application, password
):
    knock(client, "nia", password)
    for _ in range(40):
        application.door.store.note_try("nia", "198.51.100.7")
    assert knock(client, "nia", password).status_code == 303


def test_names_that_were_tried_are_kept_as_keyed_hashes_only(client, application):
    knock(client, "my-password-in-the-wrong-field", WRONG)
    assert "my-password" not in str(rows(application, "SELECT * FROM sign_in_tries"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE staff_sessions SET seen_at_real = seen_at_real - interval '16 minutes'",
        "UPDATE staff_sessions SET begun_at_real = begun_at_real - interval '10 hours'",
        "UPDATE users SET closed_at_real = clock_timestamp()",
    ],
    ids=["idle", "absolute", "closed"],
)
def test_a_session_ends_by_itself(client, application, change):
    sign_in_as(client, application, Role.CALLER)
    assert client.get("/").status_code == 200
    run(application, change)
    assert client.get("/").headers["Location"] == "/sign-in"


def test_a_session_is_worth_nothing_after_signing_out(client, application):
    sign_in_as(client, application, Role.CALLER)
    session = client.get_cookie("staff").value
    answer = submit(client, "/", "/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    client.set_cookie("staff", session)
    assert client.get("/").headers["Location"] == "/sign-in"


def test_signing_in_again_gives_another_session(client, application, password):
    knock(client, "nia", password)
    before = client.get_cookie("staff").value
    knock(client, "nia", password)
    assert client.get_cookie("staff").value != before


def test_a_name_is_given_once_and_a_password_is_long(application, password):
    with pytest.raises(NameTaken):
        add_member(application.door, "NIA", Role.ADMIN)
    with pytest.raises(PasswordRefused):
        add_member(application.door, "other", Role.ADMIN, "short")
    with pytest.raises(PasswordRefused):
        add_member(application.door, "other", Role.ADMIN, "a" * 20)


def test_the_command_prints_a_password_once(application, monkeypatch, database_url, tmp_path):
    for name, value in {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path),
        "ENCRYPTION_KEYS": "ZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWU=",
        "INDEX_KEYS": "aWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWk=",
    }.items():
        monkeypatch.setenv(f"CONTACTBOT_{name}", value)
    order = ["users", "add", "Eleri", "--role", "supervisor", "--welsh"]
    made = CliRunner().invoke(contactbot, order)
    assert made.exit_code == 0, made.output
    assert len(made.output.strip()) >= 15
    [(name, role, welsh)] = rows(application, "SELECT name, role, welsh FROM users")
    assert (name, role, welsh) == ("eleri", "supervisor", True)
    assert CliRunner().invoke(contactbot, order).exit_code == 1
