"""The comparison with a real account is off by default, reads only, and sees differences."""

import os
import subprocess
import sys
from pathlib import Path

from phonenet.compare_with_twilio import differences, shape
from phonenet.conftest import OURS, PERSON

PROGRAM = Path(__file__).parent / "compare_with_twilio.py"


def run(*arguments, **settings):
    kept = {name: v for name, v in os.environ.items() if not name.startswith("TWILIO")}  # noqa: TID251
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=PROGRAM.parents[2],
        env={**kept, **settings},
    )


def test_without_leave_it_only_says_what_it_would_do():
    outcome = run(TWILIO_ACCOUNT_SID="AC0", TWILIO_AUTH_TOKEN="x")
    assert outcome.returncode == 0
    assert "Would read" in outcome.stdout


def test_two_networks_of_the_same_shape_show_no_difference(network):
    words = "<Response><Hangup/></Response>"
    network.client().calls.create(to=PERSON.format(260), from_=OURS, twiml=words)
    network.client().messages.create(to=PERSON.format(260), from_=OURS, body="Hello")
    account = {"TWILIO_ACCOUNT_SID": network.account, "TWILIO_AUTH_TOKEN": network.token}
    outcome = run("--yes", "--base", network.url, **account)
    assert outcome.returncode == 0, outcome.stdout
    assert outcome.stdout.count("the same") == 5


def test_a_difference_is_named_by_its_place_and_no_value_is_shown():
    theirs = shape({"calls": [{"sid": "CA1", "price": None, "to": "secret"}], "page": 0})
    ours = shape({"calls": [{"sid": 1, "price": "0.1", "to": "other", "odd": 1}], "page": 0})
    found = list(differences(theirs, ours))
    assert found == [
        ".calls[].odd: only the pretended network",
        ".calls[].sid: Twilio str, the pretended network int",
    ]
