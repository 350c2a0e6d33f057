"""Two callers never have the same person, however often they press at the same moment."""

from threading import Barrier, Thread

import pytest
from pages.people import somebody, world_of
from sqlalchemy import text

from contactbot.domain.staff import Role
from contactbot.operations.callers_queue import put_back, take_next
from contactbot.operations.calls_by_hand import NotNow, finish, show_number
from contactbot.operations.sign_in import add_member, folded
from contactbot.ports.callers import Claim
from contactbot.ports.staff import Member

RACES = 200


@pytest.fixture
def members(application) -> list[Member]:
    found = []
    for name in ("one", "two"):
        add_member(application.door, name, Role.CALLER)
        account = application.door.store.account(folded(name))
        assert account
        found.append(Member(account.id, name, Role.CALLER, welsh=True))
    return found


def race(members, press):
    """What each gets who presses at the same moment."""
    ready, found = Barrier(len(members)), {}

    def run(member):
        ready.wait()
        found[member.name] = press(member)

    threads = [Thread(target=run, args=(member,)) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[member.name] for member in members]


def test_two_callers_and_one_person_in_two_hundred_races_never_make_a_double(application, members):
    calling = application.calling
    somebody(world_of(application))
    for _ in range(RACES):
        found = race(members, lambda member: take_next(calling, member))
        assert sum(isinstance(each, Claim) for each in found) == 1
        for member in members:
            put_back(calling, member)


def test_pressing_for_the_number_twice_at_once_is_one_attempt(application, members):
    calling = application.calling
    somebody(world_of(application))
    one = members[0]
    take_next(calling, one)

    def press(_):
        try:
            return show_number(calling, one).number
        except NotNow:
            return ""

    assert sorted(map(bool, race(members, press))) == [False, True]
    with application.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM attempts")).scalar_one() == 1


def test_ending_a_call_twice_at_once_is_one_ending(application, members):
    calling = application.calling
    somebody(world_of(application))
    one = members[0]
    take_next(calling, one)
    show_number(calling, one)

    def press(_):
        try:
            return bool(finish(calling, one, "no_answer"))
        except NotNow:
            return False

    assert sorted(race(members, press)) == [False, True]
