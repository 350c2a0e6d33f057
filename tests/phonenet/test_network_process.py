"""The process itself: its command line, pacing, memory after a crash, and clean ends."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from phonenet.application import ENGLISH, application
from phonenet.conftest import OURS, PERSON
from phonenet.network import TOKEN, phone_network, wait_until

from contactbot.phonenet.chance import Chance

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "contactbot.phonenet"]


def create(network, ends_in, url="http://127.0.0.1:9/voice", **options):
    return network.client().calls.create(to=PERSON.format(ends_in), from_=OURS, url=url, **options)


def run(*arguments):
    return subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=20, cwd=ROOT, check=False
    )


def test_help_names_every_option():
    text = run("--help").stdout
    for option in ("--bind", "--seed", "--account", "--token", "--cps", "--tempo", "--journal"):
        assert option in text
    assert "--cast" in text
    assert "--with-parent" in text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "no auth token"),
        (["--token", "x", "--bind", "0.0.0.0:8080"], "loopback only"),
        (["--token", "x", "--tempo", "0"], "more than 0"),
    ],
)
def test_a_wrong_start_says_why(arguments, reason):
    outcome = run(*arguments)
    assert outcome.returncode == 2
    assert reason in outcome.stderr


def test_calls_wait_their_turn_and_a_queued_one_is_canceled_undialled():
    with phone_network(cps=5) as network:
        sids = [create(network, 260, timeout=5).sid for _ in range(4)]
        network.client().calls(sids[3]).update(status="canceled")
        network.control.quiet()
        calls = [network.control.call(sid) for sid in sids]
        assert [call["canceled_before_dial"] for call in calls] == [False, False, False, True]
        assert calls[3]["dialled_at"] is None
        assert [call["dialled_at"] for call in calls[:3]] == sorted(
            call["dialled_at"] for call in calls[:3]
        )
        assert int(network.client().calls(sids[2]).fetch().queue_time) >= 300


def test_a_network_started_again_with_the_same_seed_never_gives_an_identifier_twice():
    sids = []
    for _ in range(2):
        with phone_network(seed=7) as network:
            assert network.seed == 7
            sids.append(create(network, 277).sid)
    assert sids[0] != sids[1]


def test_the_same_seed_makes_the_same_world():
    assert Chance(7).fraction("a ring") == Chance(7).fraction("a ring")
    assert Chance(7).fraction("a ring") != Chance(8).fraction("a ring")


def test_a_cast_decides_who_answers(tmp_path):
    cast = {PERSON.format(200): {"behaviour": "busy", "code": "2468"}}
    with phone_network(cast=cast, folder=tmp_path) as network:
        shown = network.control.get(f"numbers/{PERSON.format(200)}")
        assert (shown["behaviour"], shown["code"], shown["language"]) == ("busy", "2468", "en")


def test_a_public_address_is_signed_as_such_and_reached_on_this_machine():
    public = "https://contactbot.example"
    with (
        application(TOKEN) as app,
        phone_network(reach=f"{public}={app.url}") as network,
    ):
        app.public = public
        app.says("/hello", ENGLISH.format("Hello"))
        call = network.control.ended(create(network, 200, f"{public}/hello#rc=2").sid)
        assert [heard["text"] for heard in call["utterances"]] == ["Hello"]


def test_what_happened_survives_a_crash_and_queued_calls_go_on(tmp_path):
    journal = tmp_path / "journal.ndjson"
    with application(TOKEN) as app:
        url = app.says("/hello", ENGLISH.format("Hello"))
        with phone_network(journal=journal, cps=1) as network:
            first = network.control.ended(create(network, 200, url).sid)
            last = create(network, 201, url).sid
            network.process.kill()
        with journal.open("a", encoding="utf-8") as cut_short:
            cut_short.write('{"kind": "call", "sid"')
        with phone_network(journal=journal, cps=10) as network:
            again = network.control.call(first["sid"])
            assert again == first
            assert network.control.ended(last)["status"] == "completed"
            assert create(network, 202, url).sid not in {first["sid"], last}
            network.control.quiet()
    assert all(json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_on_a_signal_with_calls_in_the_air(number):
    with phone_network(tempo=1) as network:
        create(network, 260)
        network.process.send_signal(number)
        assert network.process.wait(timeout=5) == 0


def test_it_ends_with_its_parent():
    program = (
        "import subprocess, sys; "
        f"child = subprocess.Popen({[*COMMAND, '--token', 'x', '--with-parent']!r}, "
        "stdout=subprocess.PIPE, text=True); "
        "print(child.pid, child.stdout.readline(), end='')"
    )
    outcome = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=20,
        cwd=ROOT,
        check=True,
    )
    process = int(outcome.stdout.split()[0])
    assert wait_until(lambda: not alive(process), 5)


def alive(process):
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().split()[2] != "Z"


def test_dialling_is_paced_in_real_time_whatever_the_tempo():
    with phone_network(tempo=1000, cps=10) as network:
        began = time.monotonic()
        for _ in range(5):
            create(network, 277)
        network.control.quiet()
        assert time.monotonic() - began >= 0.4
