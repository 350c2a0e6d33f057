"""Twilio's Calls API: place, look up, list, cancel, hang up, redirect, delete."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from contactbot.phonenet.checks import (
    CALL_FIELDS,
    check_number,
    check_sender,
    check_url,
    read_wishes,
)
from contactbot.phonenet.conversation import Visit
from contactbot.phonenet.door import Door
from contactbot.phonenet.exchange import Exchange
from contactbot.phonenet.records import Call
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.resources import call_resource
from contactbot.phonenet.rest import Fields, Resources, in_time
from contactbot.phonenet.world import World

# How long an early callback may hold back the reply: less than any sensible client waits.
EARLY_WAIT_SECONDS = 4.0


class CallsApi(Resources[Call]):
    """`/Calls.json` and `/Calls/{sid}.json`; queued calls have no start time."""

    name = "Calls"
    known_fields = CALL_FIELDS

    def __init__(self, world: World, door: Door, exchange: Exchange) -> None:
        super().__init__(world, door)
        self._exchange = exchange

    async def made(self, fields: Fields) -> dict[str, Any]:
        number, sender = fields.get("To", ""), fields.get("From", "")
        check_number(self._world, number)
        check_sender(sender)
        wishes = read_wishes(self._world, fields, fields.getall("StatusCallbackEvent", []))
        call, telling = self._exchange.place(number, sender, wishes)
        made = self.shown(call)
        if telling.fault.early:
            await _at_most(telling.reached, EARLY_WAIT_SECONDS)
        return made

    def items(self, number: str) -> Sequence[Call]:
        return self._world.calls_to(number) if number else self._world.calls

    def found(self, sid: str) -> Call | None:
        return self._world.call(sid)

    def belongs(self, item: Call, query: Mapping[str, str]) -> bool:
        return matches(item, query)

    def shown(self, item: Call) -> dict[str, Any]:
        return call_resource(item)

    async def changed(self, item: Call, fields: Fields) -> None:
        """Cancel, hang up, or give the call another document to follow."""
        if item.over:
            raise Refusal(21220)
        match fields.get("Status"):
            case "canceled":
                self._exchange.cancel(item)
            case "completed":
                self._exchange.hang_up(item)
            case None if fields.get("Url") or fields.get("Twiml"):
                self._redirected(item, fields)
            case _:
                raise Refusal(20001, "Status")
        await self._exchange.settled(item)

    def _redirected(self, call: Call, fields: Fields) -> None:
        url = check_url(self._world, fields["Url"]) if fields.get("Url") else call.wishes.url
        visit = Visit(url, fields.get("Method", "POST"))
        self._exchange.redirect(call, visit, fields.get("Twiml", ""))

    def forgotten(self, item: Call) -> None:
        if not item.over:
            raise Refusal(20009)
        item.deleted = True
        self._world.note_call(item)


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
        and query.get("ParentCallSid") in {None, call.parent}
        and query.get("Status") in {None, call.status}
        and in_time(call.dialled_at, query, "StartTime")
        and in_time(call.ended_at, query, "EndTime")
    )
