"""What Twilio's APIs for calls and for messages have in common: one resource, and lists of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from aiohttp import web
from multidict import MultiMapping

from contactbot.phonenet.door import Door
from contactbot.phonenet.faults import Doing
from contactbot.phonenet.records import Call, Text
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.resources import account_path, page_of
from contactbot.phonenet.world import World

Item = TypeVar("Item", Call, Text)
Effect = tuple[int, dict[str, Any]]
Fields = MultiMapping[str]


class Resources(ABC, Generic[Item]):
    """`/NAME.json` and `/NAME/{sid}.json`; what is particular to a kind comes from below."""

    name: ClassVar[str]
    known_fields: ClassVar[frozenset[str]]

    def __init__(self, world: World, door: Door) -> None:
        self._world = world
        self._door = door

    @abstractmethod
    async def made(self, fields: Fields) -> dict[str, Any]:
        """A new one, as it was when made; `Refusal` before anything has happened."""

    @abstractmethod
    def items(self, number: str) -> Sequence[Item]:
        """All of them, oldest first; only those to `number` if it is given."""

    @abstractmethod
    def found(self, sid: str) -> Item | None:
        """The one of that identifier."""

    @abstractmethod
    def belongs(self, item: Item, query: Mapping[str, str]) -> bool:
        """Whether it belongs in a list with these filters."""

    @abstractmethod
    def shown(self, item: Item) -> dict[str, Any]:
        """As Twilio shows it."""

    @abstractmethod
    async def changed(self, item: Item, fields: Fields) -> None:
        """Do to it what an update asks; `Refusal` if that cannot be."""

    @abstractmethod
    def forgotten(self, item: Item) -> None:
        """Delete it; the ground truth keeps it, marked as deleted. `Refusal` if too early."""

    def routes(self, base: str) -> list[web.RouteDef]:
        """The addresses served, under the account's path."""
        all_of_them, one = f"{base}/{self.name}.json", f"{base}/{self.name}/{{sid}}.json"
        return [
            web.post(all_of_them, self.create),
            web.get(all_of_them, self.list),
            web.get(one, self.fetch),
            web.post(one, self.update),
            web.delete(one, self.delete),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Make one."""
        self._door.admit(request)
        fields = await posted(request)

        async def make() -> Effect:
            self._note_unknown(fields)
            return 201, await self.made(fields)

        return await self._door.serve(request, Doing.CREATE, fields.get("To", ""), make)

    def _note_unknown(self, fields: Fields) -> None:
        """A field that Twilio would ignore, being unknown to it, is mostly a typo."""
        for unknown in sorted(set(fields) - self.known_fields):
            self._world.surprised(20001, f"unknown field {unknown}")

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """One as it is now."""
        self._door.admit(request)

        async def look() -> Effect:
            return 200, self.shown(self._known(request))

        return await self._door.serve(request, Doing.READ, "", look)

    async def list(self, request: web.Request) -> web.StreamResponse:
        """A page of them, newest first."""
        self._door.admit(request)
        query = request.query
        number = query.get("To", "")

        async def look() -> Effect:
            found = [item for item in reversed(self.items(number)) if self.belongs(item, query)]
            path = f"{account_path(self._world.options.account)}/{self.name}.json"
            return 200, page_of(path, query, found, self.shown)

        return await self._door.serve(request, Doing.READ, number, look)

    async def update(self, request: web.Request) -> web.StreamResponse:
        """Change one."""
        self._door.admit(request)
        fields = await posted(request)

        async def change() -> Effect:
            item = self._known(request)
            await self.changed(item, fields)
            return 200, self.shown(item)

        return await self._door.serve(request, Doing.UPDATE, "", change)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Forget one."""
        self._door.admit(request)

        async def forget() -> Effect:
            self.forgotten(self._known(request))
            return 204, {}

        return await self._door.serve(request, Doing.DELETE, "", forget)

    def _known(self, request: web.Request) -> Item:
        item = self.found(request.match_info["sid"])
        if item is None or item.deleted:
            raise Refusal(20404, request.path)
        return item


async def posted(request: web.Request) -> Fields:
    """The fields of a form; files are not fields."""
    return await request.post()  # type: ignore[return-value]


def in_time(at: datetime | None, query: Mapping[str, str], name: str) -> bool:
    """`name` alone means that UTC day; with `<` or `>`, at or before, at or after."""
    day, until, since = (query.get(name + sign) for sign in ("", "<", ">"))
    if not (day or until or since):
        return True
    if at is None:
        return False
    return (
        (not day or _moment(day) <= at < _moment(day) + timedelta(days=1))
        and (not until or at <= _moment(until))
        and (not since or at >= _moment(since))
    )


def _moment(text: str) -> datetime:
    try:
        if len(text) == len("2026-11-22"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        return datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Refusal(20001, "times are YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ") from wrong
