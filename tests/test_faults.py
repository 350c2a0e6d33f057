"""Named moments at which a trial kills or stalls a process; none without the setting."""

import os
import re
import signal
from pathlib import Path

import pytest

from contactbot import faults
from contactbot.bootstrap import Application
from contactbot.config import Settings, SettingsFault
from contactbot.faults import POINTS, fault_points
from contactbot.operations.deps import nothing_happens

OPERATIONS = Path(faults.__file__).parent / "operations"


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The signals this process would have sent itself."""
    sent: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _, number: sent.append(number))
    return sent


def test_without_orders_nothing_happens_anywhere() -> None:
    assert fault_points(None) is nothing_happens


def test_a_process_is_killed_at_the_passage_that_was_ordered(signals: list[int]) -> None:
    at_point = fault_points("after_post=kill@2")
    at_point("after_fence")
    at_point("after_post")
    assert signals == []
    at_point("after_post")
    assert signals == [signal.SIGKILL]


def test_a_share_falls_by_chance_and_the_same_seed_falls_again(signals: list[int]) -> None:
    passages = []
    for _ in range(2):
        at_point = fault_points("after_fence=stop%0.3, seed=11")
        before = len(signals)
        for _ in range(200):
            at_point("after_fence")
        passages.append(len(signals) - before)
    assert passages[0] == passages[1]
    assert 30 < passages[0] < 90
    assert set(signals) == {signal.SIGSTOP}


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ("after_dinner=kill", "no point after_dinner"),
        ("after_post=sleep", "not POINT=kill"),
        ("after_post", "not POINT=kill"),
        ("seed=x", "invalid literal"),
    ],
)
def test_a_senseless_order_is_refused_with_its_reason(orders: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        fault_points(orders)


def test_a_wrong_setting_stops_the_start() -> None:
    application = Application(Settings(faults="after_dinner=kill"), engine=None)  # type: ignore[arg-type]
    with pytest.raises(SettingsFault, match="CONTACTBOT_FAULTS is wrong"):
        application.at_fault_point  # noqa: B018


def test_every_point_that_can_be_named_is_passed_somewhere_and_none_other() -> None:
    passed = {
        name
        for path in OPERATIONS.glob("*.py")
        for name in re.findall(r'at_fault_point\("(\w+)"\)', path.read_text("utf-8"))
    }
    assert passed == POINTS
