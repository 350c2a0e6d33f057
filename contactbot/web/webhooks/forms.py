"""The form of a webhook, read once and by itself: most of its fields are blank or plain words."""

from urllib.parse import unquote

from flask import g, request

FORM = "application/x-www-form-urlencoded"
NOT_UTF_8 = "werkzeug.url_quote"  # bytes that are no letters stay written as %XX

Fields = list[tuple[str, str]]


def read_fields() -> Fields:
    """All fields in their order, blank ones included; none where no form was sent.

    Raises werkzeug's RequestEntityTooLarge for a body beyond the application's limit.
    """
    if "fields" not in g:
        kind = request.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        body = request.get_data(cache=False) if kind == FORM else b""
        g.fields = parse(body.decode("utf-8", "replace"))
    fields: Fields = g.fields
    return fields


def parse(body: str) -> Fields:
    """What `urllib.parse.parse_qsl` reads with blank values kept, in half the time."""
    pairs = (pair.partition("=") for pair in body.split("&") if pair)
    return [(_plain(name), _plain(value)) for name, _, value in pairs]


def _plain(written: str) -> str:
    if "%" in written or "+" in written:
        return unquote(written.replace("+", " "), errors=NOT_UTF_8)
    return written


def field(name: str) -> str:
    """One field, blank where it was not sent; of two it is the first."""
    return next((value for given, value in read_fields() if given == name), "")
