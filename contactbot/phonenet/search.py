"""Searches all that handsets showed and heard, and all that we were given, for words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from aiohttp import web

from contactbot.phonenet.control import number_in, order_in
from contactbot.phonenet.moments import as_iso
from contactbot.phonenet.records import Call, CallStatus, Direction, Text
from contactbot.phonenet.world import World

# As much of a text as a locked telephone shows.
PREVIEW = 120
MISSED = frozenset({CallStatus.NO_ANSWER, CallStatus.CANCELED})


@dataclass(frozen=True, slots=True)
class Shown:
    """Words, where they could be seen or heard, and by whose telephone.

    `place`: `line` (spoken, after a key), `before_a_key` (spoken before anybody pressed one: to
    whom, nobody knows), `tape` (recorded by a machine), `text`, `lock_screen`, `address` (a URL
    the network was given, which carriers and logs may keep).
    """

    place: str
    sid: str
    number: str
    at: str
    text: str


def shown_by_call(call: Call) -> Iterator[Shown]:
    """Everything a call left behind."""
    number = call.from_ if call.direction is Direction.INBOUND else call.to
    first_key = min((press.at for press in call.keys), default=None)
    for heard in call.utterances:
        place = "line" if first_key is not None and heard.at > first_key else "before_a_key"
        yield Shown(place, call.sid, number, heard.at, heard.text)
    for words in call.tape:
        yield Shown("tape", call.sid, number, str(as_iso(call.beep_at)), words)
    wishes, created = call.wishes, str(as_iso(call.created_at))
    for url in (wishes.url, wishes.status_url, wishes.fallback_url, wishes.detection_url):
        if url:
            yield Shown("address", call.sid, number, created, url)
    if call.direction is Direction.OUTBOUND and call.dialled_at and call.status in MISSED:
        missed = f"Missed call: {call.from_}"
        yield Shown("lock_screen", call.sid, number, str(as_iso(call.ended_at)), missed)


def shown_by_text(text: Text) -> Iterator[Shown]:
    """Everything a text left behind."""
    outbound = text.direction is Direction.OUTBOUND
    number, created = (text.to if outbound else text.from_), str(as_iso(text.created_at))
    if text.status_url:
        yield Shown("address", text.sid, number, created, text.status_url)
    if outbound and text.delivered_at is not None:
        at = str(as_iso(text.delivered_at))
        yield Shown("text", text.sid, number, at, text.body)
        yield Shown("lock_screen", text.sid, number, at, f"{text.from_}: {text.body[:PREVIEW]}")


def everything(world: World) -> Iterator[Shown]:
    """All of it, calls first, each kind in the order in which it began."""
    for call in world.calls:
        yield from shown_by_call(call)
    for text in world.texts:
        yield from shown_by_text(text)


def folded(words: str) -> str:
    """Words without regard to case, accents, apostrophes and spacing."""
    letters = unicodedata.normalize("NFD", words.casefold().replace("’", "'"))
    return " ".join(re.sub(r"[\u0300-\u036f]", "", letters).split())


class Search:
    """`/_control/search`, and the lock screen of one telephone."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The addresses served."""
        return [
            web.post("/_control/search", self.search),
            web.get("/_control/numbers/{number}/lock_screen", self.lock_screen),
        ]

    async def search(self, request: web.Request) -> web.Response:
        """Where any of `words` occurs, in one of `places` if given: a canary must be nowhere."""
        order = await order_in(request)
        words = [str(word) for word in order["words"]]
        if not words or not all(folded(word) for word in words):
            raise ValueError("words is a list of words, none of them blank")
        places = {str(place) for place in order.get("places", ())}
        return web.json_response(list(self._found(words, places)))

    def _found(self, words: Sequence[str], places: set[str]) -> Iterator[dict[str, str]]:
        for shown in everything(self._world):
            if places and shown.place not in places:
                continue
            text = folded(shown.text)
            for word in words:
                if folded(word) in text:
                    yield {"word": word, **asdict(shown)}

    async def lock_screen(self, request: web.Request) -> web.Response:
        """What anybody sees on a locked telephone, oldest first."""
        number = number_in(request)
        seen = [
            shown
            for shown in everything(self._world)
            if shown.place == "lock_screen" and shown.number == number
        ]
        return web.json_response([asdict(shown) for shown in sorted(seen, key=lambda s: s.at)])
