"""The handset page: each pretended telephone rings, shows its lock screen, speaks as text."""

from html import escape
from pathlib import Path

from aiohttp import web

from contactbot.phonenet.page_words import HOW, LANGUAGES, WHO, said, word
from contactbot.phonenet.people import Person
from contactbot.phonenet.records import Call, Direction
from contactbot.phonenet.telephone import Telephone, button
from contactbot.phonenet.world import World

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
SHOWN_TELEPHONES = 20


class HandsetPage:
    """`/handsets` and what belongs to it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef | web.StaticDef]:
        """The addresses served."""
        return [
            web.get("/handsets", self.index),
            web.static("/handsets/static", STATIC),
            web.get("/handsets/{number}", self.telephone),
        ]

    async def index(self, request: web.Request) -> web.Response:
        """All telephones, and the next call for whoever wants it."""
        wanted = request.query.get("number", "").replace(" ", "")
        if wanted:
            raise web.HTTPSeeOther(f"/handsets/{wanted}?lang={language_of(request)}")
        words = language_of(request)
        return _page(words, request.path, index_body(self._world, words))

    async def telephone(self, request: web.Request) -> web.Response:
        """One telephone; fetched again and again, it shows what is new."""
        number = "+" + request.match_info["number"].lstrip("+ ")
        if not number[1:].isdecimal():
            raise web.HTTPNotFound
        words = language_of(request)
        body = Telephone(self._world, number, words).body()
        return _page(words, request.path, body)


def language_of(request: web.Request) -> str:
    """The language of the page: as the address says, else as the browser prefers."""
    asked = request.query.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "cy" if request.headers.get("Accept-Language", "").startswith("cy") else "en"


def _page(language: str, path: str, body: str) -> web.Response:
    switch = "".join(
        f'<li><span aria-current="true">{name}</span></li>'
        if code == language
        else f'<li><a href="{escape(path)}?lang={code}" lang="{code}">{name}</a></li>'
        for code, name in LANGUAGES.items()
    )
    heading = word("title", language)
    text = f"""<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{heading}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/handsets/static/icon.svg">
<link rel="stylesheet" href="/handsets/static/handsets.css">
</head><body>
<div class="top"><header><strong>{heading}</strong>
<nav aria-label="{word("language", language)}"><ul>{switch}</ul></nav></header></div>
<main>{body}
<p id="told" role="status" data-refused="{word("refused", language)}"></p>
<noscript><p>{word("no_script", language)}</p></noscript>
</main><script src="/handsets/static/handsets.js"></script></body></html>
"""
    return web.Response(text=text, content_type="text/html", headers=HEADERS)


def index_body(world: World, language: str) -> str:
    """The choice of telephones."""

    def words(name: str) -> str:
        return word(name, language)

    wishes = "".join(
        button(words(f"next_{wish}"), "/_control/next", {"language": code}, then=words("waiting"))
        for wish, code in (("any", ""), ("cy", "cy"), ("en", "en"))
    )
    return f"""<h1>{words("title")}</h1><p>{words("made_up")}</p>
<section class="panel"><h2>{words("take_next")}</h2><p>{wishes}</p></section>
<section class="panel"><h2>{words("choose")}</h2>
<form action="/handsets"><input type="hidden" name="lang" value="{language}">
<label for="number">{words("other_number")}</label>
<input id="number" name="number" required inputmode="tel">
<button class="quiet">{words("open")}</button></form>
{telephones(world, language)}</section>"""


def telephones(world: World, language: str) -> str:
    """The telephones rung lately, newest first, as a table."""
    newest: dict[str, Call] = {}
    for call in reversed(world.calls):
        if call.direction is Direction.OUTBOUND:
            newest.setdefault(call.to, call)
        if len(newest) == SHOWN_TELEPHONES:
            break
    if not newest:
        return f"<p>{word('none_yet', language)}</p>"
    columns = ("number", "speaks", "who", "last_call")
    head = "".join(f'<th scope="col">{word(name, language)}</th>' for name in columns)
    rows = "".join(_row(world.people.at(number), call, language) for number, call in newest.items())
    return (
        f'<div class="scroll"><table><caption>{word("rung_lately", language)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(person: Person, call: Call, language: str) -> str:
    link = f'<a href="/handsets/{call.to}?lang={language}">{call.to}</a>'
    spoken = LANGUAGES[person.language]
    return (
        f'<tr><th scope="row">{link}</th><td lang="{person.language}">{spoken}</td>'
        f"<td>{said(WHO[person.behaviour], language)}</td>"
        f"<td>{said(HOW[call.status], language)}</td></tr>"
    )
