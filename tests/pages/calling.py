"""A caller at their page: pressing its buttons as it stands, and what that left behind."""

import re
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from pages.people import PAGE
from small_world import CODE, SHOWS, World
from sqlalchemy import text
from werkzeug.test import TestResponse

from contactbot.database import tables

OTHERS = ("+447700900124", "+447700900125", "+447700900126")
YES, NO, DONT_KNOW, RATHER_NOT = "1", "2", "*8", "*9"


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page: its token, and where its talk stands."""
    found = re.findall(r'<input type="hidden" name="(csrf_token|turn|step)" value="([^"]*)"', page)
    return dict(found)


def press(client: FlaskClient, action: str, **fields: str) -> TestResponse:
    """Press a button of the page as it stands now; the page that follows."""
    return send(client, action, hidden(client.get(PAGE).text) | fields)


def send(client: FlaskClient, action: str, fields: dict[str, str]) -> TestResponse:
    """Send a form of a page seen before; the page that follows."""
    return client.post(f"{PAGE}/{action}", data=fields, follow_redirects=True)


def answer(client: FlaskClient, *keys: str) -> TestResponse:
    """Note these answers one after the other; the page that follows."""
    for key in keys:
        page = press(client, "answer", keys=key)
    return page


def reach_content(client: FlaskClient, language: str = "en", **proof: str) -> TestResponse:
    """From the queue to the first question."""
    press(client, "next")
    press(client, "dial")
    press(client, "identity", language=language, **(proof or {"code": CODE}))
    return answer(client, YES)


def aloud(page: TestResponse) -> list[tuple[str, str]]:
    """What the page gives to read aloud: language and words of each paragraph of the talk."""
    found = re.findall(
        r'<blockquote class="caller__say" lang="(\w+)">(.*?)</blockquote>', page.text
    )
    return [(language, words) for language, all_ in found for words in paragraphs(all_)]


def paragraphs(html: str) -> list[str]:
    return re.findall(r"<p>(.*?)</p>", html)


def buttons(page: TestResponse) -> list[str]:
    """The answers that may be noted."""
    return re.findall(r'name="keys" value="([^"]+)"', page.text)


def offered(page: TestResponse) -> list[str]:
    """The endings that may be chosen."""
    return re.findall(r'name="ending" type="radio" value="([^"]+)"', page.text)


def rows(world: World, statement: str, **values: Any) -> list[Any]:
    with world.engine.connect() as connection:
        return list(connection.execute(text(statement), values).all())


def claims(world: World) -> list[Any]:
    return rows(world, "SELECT * FROM caller_claims ORDER BY claimed_at_real")


def claimed(world: World) -> list[Any]:
    return [claim.person_id for claim in claims(world) if claim.ended_at_real is None]


def referral(world: World, person: Any) -> Any:
    return rows(world, "SELECT * FROM referrals WHERE id = :id", id=person.referral)[0]


def attempts(world: World) -> list[Any]:
    return rows(world, "SELECT * FROM attempts ORDER BY decided_at")


def outbox(world: World, kind: str | None = None) -> list[Any]:
    """The kinds of what the case store is told, in order; or the bodies of one kind."""
    found = rows(world, "SELECT type, body FROM outbox ORDER BY position")
    return [row.body for row in found if row.type == kind] if kind else [row.type for row in found]


def answers(world: World, person: Any) -> list[tuple[str, str, str, str]]:
    """Every answer kept, opened: step, value, language, channel, in order."""
    wrapped = rows(world, "SELECT key_wrapped FROM persons WHERE id = :id", id=person.id)[0]
    box = world.keyring.open_box(wrapped.key_wrapped)
    return [
        (row.step, box.open("answers", "value_sealed", row.id, row.value_sealed), row.language,
         row.channel)
        for row in rows(world, "SELECT * FROM answers ORDER BY at, turn")
    ]  # fmt: skip


def silent(world: World, minutes: int) -> None:
    """Nothing was heard of any caller's page for so long."""
    world.run(
        "UPDATE caller_claims SET beat_at_real = beat_at_real - make_interval(mins => %(by)s)",
        by=minutes,
    )


def hold(world: World, person: Any) -> None:
    world.put(
        tables.holds,
        id=uuid4(),
        person_id=person.id,
        reason="in_custody",
        placed_at=SHOWS,
        placed_by="test",
    )
