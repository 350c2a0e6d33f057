"""Twilio's Calls API: place, look up, list, cancel, hang up, redirect, delete."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from contactbot.phonenet.checks import check_number, check_sender, check_url, read_wishes
from contactbot.phonenet.conversation import Visit
from contactbot.phonenet.door import Door
from contactbot.phonenet.exchange import Exchange
from contactbot.phonenet.faults import Doing
from contactbot.phonenet.records import Call, CallStatus
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.resources import account_path, call_resource, page_of
from contactbot.phonenet.world import World

# How long an early callback may hold back the reply: less than any sensible client waits.
EARLY_WAIT_SECONDS = 4.0
UNDELETABLE = frozenset({CallStatus.RINGING, CallStatus.IN_PROGRESS, CallStatus.QUEUED})
Effect = tuple[int, dict[str, Any]]


class CallsApi:
    """`/Calls.json` and `/Calls/{sid}.json`."""

    def __init__(self, world: World, door: Door, exchange: Exchange) -> None:
        self._world = world
        self._door = door
        self._exchange = exchange

    def routes(self, base: str) -> list[web.RouteDef]:
        """The addresses served, under the account's path."""
        one = f"{base}/Calls/{{sid}}.json"
        return [
            web.post(f"{base}/Calls.json", self.create),
            web.get(f"{base}/Calls.json", self.list),
            web.get(one, self.fetch),
            web.post(one, self.update),
            web.delete(one, self.delete),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Place a call."""
        self._door.admit(request)
        fields = await posted(request)
        number = fields.get("To", "")

        async def place() -> Effect:
            check_number(self._world, number)
            check_sender(fields.get("From", ""))
            events = fields.getall("StatusCallbackEvent", [])
            wishes = read_wishes(self._world, fields, events)
            call, telling = self._exchange.place(number, fields["From"], wishes)
            body = call_resource(call)
            if telling.fault.early:
                await _at_most(telling.reached, EARLY_WAIT_SECONDS)
            return 201, body

        return await self._door.serve(request, Doing.CREATE, number, place)

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """One call as it is now."""
        self._door.admit(request)

        async def look() -> Effect:
            return 200, call_resource(self._known(request))

        return await self._door.serve(request, Doing.READ, "", look)

    async def list(self, request: web.Request) -> web.StreamResponse:
        """Calls by number, status and time, newest first; queued ones have no start time."""
        self._door.admit(request)
        query = request.query
        number = query.get("To", "")

        async def look() -> Effect:
            calls = self._world.calls_to(number) if number else self._world.calls
            found = [call for call in reversed(calls) if matches(call, query)]
            path = f"{account_path(self._world.options.account)}/Calls.json"
            return 200, page_of(path, query, found, call_resource)

        return await self._door.serve(request, Doing.READ, number, look)

    async def update(self, request: web.Request) -> web.StreamResponse:
        """Cancel, hang up, or give the call another document to follow."""
        self._door.admit(request)
        fields = await posted(request)

        async def change() -> Effect:
            call = self._known(request)
            if call.over:
                raise Refusal(21220)
            self._change(call, fields)
            await asyncio.sleep(0)
            return 200, call_resource(call)

        return await self._door.serve(request, Doing.UPDATE, "", change)

    def _change(self, call: Call, fields: Mapping[str, str]) -> None:
        match fields.get("Status"):
            case "canceled":
                self._exchange.cancel(call)
            case "completed":
                self._exchange.hang_up(call)
            case None if fields.get("Url") or fields.get("Twiml"):
                url = (
                    check_url(self._world, fields["Url"]) if fields.get("Url") else call.wishes.url
                )
                visit = Visit(url, fields.get("Method", "POST"))
                self._exchange.redirect(call, visit, fields.get("Twiml", ""))
            case _:
                raise Refusal(20001, "Status")

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Forget a call that has ended; the ground truth keeps it, marked as deleted."""
        self._door.admit(request)

        async def forget() -> Effect:
            call = self._known(request)
            if call.status in UNDELETABLE:
                raise Refusal(20009)
            call.deleted = True
            self._world.note_call(call)
            return 204, {}

        return await self._door.serve(request, Doing.DELETE, "", forget)

    def _known(self, request: web.Request) -> Call:
        call = self._world.call(request.match_info["sid"])
        if call is None or call.deleted:
            raise Refusal(20404, request.path)
        return call


async def posted(request: web.Request) -> MultiMapping[str]:
    """The fields of a form; files are not fields."""
    return await request.post()  # type: ignore[return-value]


async def _at_most(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def matches(call: Call, query: Mapping[str, str]) -> bool:
    """Whether a call belongs in a list with these filters."""
    return (
        not call.deleted
        and query.get("To") in {None, call.to}
        and query.get("From") in {None, call.from_}
        and query.get("Status") in {None, call.status}
        and _in_time(call.dialled_at, query, "StartTime")
        and _in_time(call.ended_at, query, "EndTime")
    )


def _in_time(at: datetime | None, query: Mapping[str, str], name: str) -> bool:
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
