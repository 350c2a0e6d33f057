"""Twilio's Messages API: send, look up, list, redact, cancel, delete."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from contactbot.phonenet.checks import check_number, check_sender, check_url
from contactbot.phonenet.door import Door
from contactbot.phonenet.faults import Doing
from contactbot.phonenet.records import Direction, Text
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.resources import account_path, page_of, text_resource
from contactbot.phonenet.rest_calls import posted
from contactbot.phonenet.texting import Texting
from contactbot.phonenet.world import World

LONGEST_BODY = 1600
VALIDITY = range(1, 36001)
WAITING = frozenset({"accepted", "queued", "scheduled"})
Effect = tuple[int, dict[str, Any]]


class MessagesApi:
    """`/Messages.json` and `/Messages/{sid}.json`."""

    def __init__(self, world: World, door: Door, texting: Texting) -> None:
        self._world = world
        self._door = door
        self._texting = texting

    def routes(self, base: str) -> list[web.RouteDef]:
        """The addresses served, under the account's path."""
        one = f"{base}/Messages/{{sid}}.json"
        return [
            web.post(f"{base}/Messages.json", self.create),
            web.get(f"{base}/Messages.json", self.list),
            web.get(one, self.fetch),
            web.post(one, self.update),
            web.delete(one, self.delete),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Send a text."""
        self._door.admit(request)
        fields = await posted(request)

        async def send() -> Effect:
            text = self._accepted(fields)
            self._texting.send(text)
            return 201, text_resource(text)

        return await self._door.serve(request, Doing.CREATE, fields.get("To", ""), send)

    def _accepted(self, fields: Mapping[str, str]) -> Text:
        to, body = fields.get("To", ""), fields.get("Body", "")
        sender = fields.get("From") or fields.get("MessagingServiceSid", "")
        _check_text(to, sender, body)
        check_number(self._world, to)
        if fields.get("From"):
            check_sender(sender)
        if (to, sender) in self._world.opted_out:
            raise Refusal(21610)
        text = self._texting.new(Direction.OUTBOUND, to, sender, body)
        text.service = fields.get("MessagingServiceSid")
        text.status_url = (
            check_url(self._world, fields["StatusCallback"]) if "StatusCallback" in fields else ""
        )
        text.validity_seconds = _validity(fields)
        return text

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """One text as it is now."""
        self._door.admit(request)

        async def look() -> Effect:
            return 200, text_resource(self._known(request))

        return await self._door.serve(request, Doing.READ, "", look)

    async def list(self, request: web.Request) -> web.StreamResponse:
        """Texts by number, newest first."""
        self._door.admit(request)
        query = request.query

        async def look() -> Effect:
            found = [
                text
                for text in reversed(self._world.texts)
                if not text.deleted
                and query.get("To") in {None, text.to}
                and query.get("From") in {None, text.from_}
            ]
            path = f"{account_path(self._world.options.account)}/Messages.json"
            return 200, page_of(path, query, found, text_resource)

        return await self._door.serve(request, Doing.READ, query.get("To", ""), look)

    async def update(self, request: web.Request) -> web.StreamResponse:
        """Empty the body that the provider holds, or take back a text not yet sent."""
        self._door.admit(request)
        fields = await posted(request)

        async def change() -> Effect:
            text = self._known(request)
            if fields.get("Body") == "":
                text.stored_body = ""
            if fields.get("Status") == "canceled":
                if text.status not in WAITING:
                    raise Refusal(20001, "the message has been sent")
                text.status = "canceled"
            self._world.note_text(text)
            return 200, text_resource(text)

        return await self._door.serve(request, Doing.UPDATE, "", change)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Forget a text; the handset still shows it."""
        self._door.admit(request)

        async def forget() -> Effect:
            text = self._known(request)
            if text.status in WAITING:
                raise Refusal(20009)
            text.deleted, text.stored_body = True, ""
            self._world.note_text(text)
            return 204, {}

        return await self._door.serve(request, Doing.DELETE, "", forget)

    def _known(self, request: web.Request) -> Text:
        text = self._world.text(request.match_info["sid"])
        if text is None or text.deleted:
            raise Refusal(20404, request.path)
        return text


def _check_text(to: str, sender: str, body: str) -> None:
    if not to:
        raise Refusal(21604)
    if not sender:
        raise Refusal(21603)
    if not body:
        raise Refusal(21602)
    if len(body) > LONGEST_BODY:
        raise Refusal(21617)


def _validity(fields: Mapping[str, str]) -> int:
    given = fields.get("ValidityPeriod", "36000")
    if not given.isdecimal() or int(given) not in VALIDITY:
        raise Refusal(20001, "ValidityPeriod")
    return int(given)
