"""Calls, messages and pages of them as Twilio’s API shows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from contactbot.phonenet.moments import as_rfc2822
from contactbot.phonenet.records import Call, Direction, Text
from contactbot.phonenet.refusals import Refusal

LARGEST_PAGE = 1000
USUAL_PAGE = 50
VERSION = "2010-04-01"
Item = TypeVar("Item", Call, Text)


def account_path(account: str) -> str:
    """Where an account's resources live."""
    return f"/{VERSION}/Accounts/{account}"


def call_resource(call: Call) -> dict[str, Any]:
    """A call; `start_time` stays empty until it is dialled, `duration` unless it was answered."""
    uri = f"{account_path(call.account)}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": call.account,
        "parent_call_sid": call.parent,
        "api_version": VERSION,
        "date_created": as_rfc2822(call.created_at),
        "date_updated": as_rfc2822(call.ended_at or call.dialled_at or call.created_at),
        "to": call.to,
        "to_formatted": call.to,
        "from": call.from_,
        "from_formatted": call.from_,
        "phone_number_sid": "",
        "status": call.status,
        "start_time": as_rfc2822(call.dialled_at),
        "end_time": as_rfc2822(call.ended_at),
        "duration": None if call.seconds is None else str(call.seconds),
        "price": None,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": call.answered_by,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": str(call.queue_milliseconds),
        "trunk_sid": None,
        "stir_verstat": None,
        "uri": f"{uri}.json",
        "subresource_uris": {
            name.lower(): f"{uri}/{name}.json" for name in ("Events", "Notifications", "Recordings")
        },
    }


def text_resource(text: Text) -> dict[str, Any]:
    """A message, with the body that the provider still holds."""
    uri = f"{account_path(text.account)}/Messages/{text.sid}"
    inbound = text.direction is Direction.INBOUND
    return {
        "sid": text.sid,
        "account_sid": text.account,
        "messaging_service_sid": text.service,
        "api_version": VERSION,
        "date_created": as_rfc2822(text.created_at),
        "date_updated": as_rfc2822(text.updated_at or text.created_at),
        "date_sent": as_rfc2822(text.updated_at),
        "to": text.to,
        "from": text.from_,
        "body": text.stored_body,
        "status": "received" if inbound else text.status,
        "direction": "inbound" if inbound else "outbound-api",
        "num_segments": str(text.segments),
        "num_media": "0",
        "error_code": text.error_code,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


@dataclass(frozen=True, slots=True)
class PageWish:
    """Which page of a list is wanted; `after` is the last resource of the page before."""

    size: int
    number: int
    after: str


def read_page_wish(query: Mapping[str, str]) -> PageWish:
    """The page that a query asks for."""
    try:
        size = min(max(int(query.get("PageSize", USUAL_PAGE)), 1), LARGEST_PAGE)
        number = int(query.get("Page", "0"))
    except ValueError as wrong:
        raise Refusal(20001, "Page and PageSize are whole numbers") from wrong
    return PageWish(size, number, query.get("PageToken", "").removeprefix("PA"))


def page_of(
    path: str,
    query: Mapping[str, str],
    items: Sequence[Item],
    show: Callable[[Item], dict[str, Any]],
) -> dict[str, Any]:
    """One page of `items`, newest first, with the address of the next one.

    That page begins after the last resource shown, so calls placed meanwhile shift nothing.
    """
    wish = read_page_wish(query)
    start = _start(wish, items)
    shown = items[start : start + wish.size]
    kept = {name: value for name, value in query.items() if name not in {"Page", "PageToken"}}
    more = start + wish.size < len(items)
    token = {"Page": str(wish.number + 1), "PageToken": f"PA{shown[-1].sid}"} if more else {}
    base = f"{path}?{urlencode({**kept, 'PageSize': str(wish.size)})}"
    return {
        path.rpartition("/")[2].removesuffix(".json").lower(): [show(item) for item in shown],
        "page": wish.number,
        "page_size": wish.size,
        "start": start,
        "end": start + len(shown) - 1 if shown else 0,
        "uri": f"{path}?{urlencode(query)}",
        "first_page_uri": f"{base}&Page=0",
        "next_page_uri": f"{base}&{urlencode(token)}" if more else None,
        "previous_page_uri": None,
    }


def _start(wish: PageWish, items: Sequence[Item]) -> int:
    if wish.after:
        for place, item in enumerate(items):
            if item.sid == wish.after:
                return place + 1
    return wish.number * wish.size
