"""Twilio's Messages API: send, look up, list, redact, cancel, delete."""

from collections.abc import Mapping, Sequence
from typing import Any

from contactbot.phonenet.checks import check_number, check_sender, check_url
from contactbot.phonenet.door import Door
from contactbot.phonenet.records import Direction, Text
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.resources import text_resource
from contactbot.phonenet.rest import Fields, Resources, in_time
from contactbot.phonenet.texting import Texting
from contactbot.phonenet.world import World

LONGEST_BODY = 1600
VALIDITY = range(1, 36001)
WAITING = frozenset({"accepted", "queued", "scheduled"})
TEXT_FIELDS = frozenset(
    {
        *("To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod"),
        *("SmartEncoded", "ContentRetention", "AddressRetention", "RiskCheck", "ProvideFeedback"),
        *("MaxPrice", "Attempt", "ForceDelivery", "ShortenUrls"),
    }
)


class MessagesApi(Resources[Text]):
    """`/Messages.json` and `/Messages/{sid}.json`."""

    name = "Messages"
    known_fields = TEXT_FIELDS

    def __init__(self, world: World, door: Door, texting: Texting) -> None:
        super().__init__(world, door)
        self._texting = texting

    async def made(self, fields: Fields) -> dict[str, Any]:
        text = self._accepted(fields)
        self._texting.send(text)
        return self.shown(text)

    def _accepted(self, fields: Mapping[str, str]) -> Text:
        to, body = fields.get("To", ""), fields.get("Body", "")
        service = fields.get("MessagingServiceSid")
        sender = fields.get("From") or service or ""
        _check_text(to, sender, body)
        check_number(self._world, to)
        if fields.get("From"):
            check_sender(sender)
        if (to, sender) in self._world.opted_out:
            raise Refusal(21610)
        text = self._texting.new(Direction.OUTBOUND, to, sender, body)
        text.service = service
        text.status = "accepted" if service else "queued"
        text.status_url = (
            check_url(self._world, fields["StatusCallback"]) if "StatusCallback" in fields else ""
        )
        text.validity_seconds = _validity(fields)
        return text

    def items(self, number: str) -> Sequence[Text]:
        texts = self._world.texts
        return [text for text in texts if text.to == number] if number else texts

    def found(self, sid: str) -> Text | None:
        return self._world.text(sid)

    def belongs(self, item: Text, query: Mapping[str, str]) -> bool:
        return (
            not item.deleted
            and query.get("To") in {None, item.to}
            and query.get("From") in {None, item.from_}
            and in_time(item.updated_at, query, "DateSent")
        )

    def shown(self, item: Text) -> dict[str, Any]:
        return text_resource(item)

    async def changed(self, item: Text, fields: Fields) -> None:
        """Empty the body that the provider holds, or take back a text not yet sent."""
        if fields.get("Body") == "":
            item.stored_body = ""
        if fields.get("Status") == "canceled":
            if item.status not in WAITING:
                raise Refusal(20001, "the message has been sent")
            item.status = "canceled"
            self._world.schedule.changed()
        self._world.note_text(item)

    def forgotten(self, item: Text) -> None:
        if item.status in WAITING:
            raise Refusal(20009)
        item.deleted, item.stored_body = True, ""
        self._world.note_text(item)


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
