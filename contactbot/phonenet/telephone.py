"""One telephone of the handset page: its lock screen, its keys, what is said on the line."""

import json
from collections.abc import Iterator
from html import escape

from contactbot.phonenet.page_words import HOW, WHO, said, word
from contactbot.phonenet.people import Behaviour, person_by_convention
from contactbot.phonenet.records import Call, CallStatus, Direction, Text
from contactbot.phonenet.world import World

SHOWN_ON_LOCK_SCREEN = 4
PREVIEW = 40
KEYS = "123456789*0#"
KEY_NAMES = {"*": "star", "#": "hash"}
MISSED = frozenset({CallStatus.NO_ANSWER, CallStatus.CANCELED})


def button(label: str, path: str, body: object, kind: str = "", then: str = "") -> str:
    """A button that carries its order."""
    order = f'data-order="{escape(path)}" data-body="{escape(json.dumps(body))}"'
    then = f' data-then="{escape(then)}"' if then else ""
    return f'<button type="button" class="{kind}" {order}{then}>{escape(label)}</button>'


class Telephone:
    """One telephone as a page shows it."""

    def __init__(self, world: World, number: str, language: str) -> None:
        self._number = number
        self._language = language
        self._person = world.people.at(number)
        self._calls = [call for call in world.calls if number in {call.to, call.from_}]
        self._texts = [text for text in world.texts if number in {text.to, text.from_}]
        self._call = self._calls[-1] if self._calls else None

    def body(self) -> str:
        """Everything below the title."""
        number, language = self._number, self._language
        return f"""<p><a href="/handsets?lang={language}">{self._word("back")}</a></p>
<h1 data-now="/handsets/{number}?lang={language}">{self._word("telephone", number=number)}</h1>
<div class="desk"><section class="phone {self._ringing}" id="phone" data-part tabindex="-1"
 aria-label="{self._word("telephone", number=number)}">
<h2>{self._word("lock_screen")}</h2><div class="screen">{self._lock_screen()}</div>
<p class="state" role="status">{self._state()}</p><div>{self._choices()}</div>
<h2>{self._word("keypad")}</h2><div class="keys">{self._keypad()}</div></section>
<div><section class="panel" id="who" data-part tabindex="-1">{self._who()}</section>
<section class="panel"><h2>{self._word("heard")}</h2>{self._conversation()}</section>
<section class="panel" id="texts" data-part>{self._messages()}</section>
{self._writing()}</div></div>"""

    def _word(self, name: str, **values: str) -> str:
        return escape(word(name, self._language, **values))

    @property
    def _ringing(self) -> str:
        rings = self._call is not None and self._call.status is CallStatus.RINGING
        return "ringing" if rings else ""

    @property
    def _other(self) -> str:
        """The number the telephone last had to do with; blank before that."""
        if self._call is not None:
            call = self._call
            return call.from_ if call.direction is Direction.OUTBOUND else call.to
        if self._texts:
            text = self._texts[-1]
            return text.from_ if text.direction is Direction.OUTBOUND else text.to
        return ""

    def _state(self) -> str:
        if self._call is None:
            return self._word("no_call")
        if self._call.over:
            return self._word("ended", how=said(HOW[self._call.status], self._language))
        talking = self._call.status is CallStatus.IN_PROGRESS
        return self._word("talking" if talking else "incoming", number=self._other)

    def _choices(self) -> str:
        path = f"/_control/hands/{self._number}"
        by_hand = self._person.behaviour is Behaviour.BY_HAND
        if self._call is not None and not self._call.over:
            if not by_hand:
                return ""
            put_down = {"do": "hang_up"}
            if self._ringing and self._call.direction is Direction.OUTBOUND:
                return button(self._text("answer"), path, {"do": "answer"}, "answer") + button(
                    self._text("decline"), path, put_down, "end"
                )
            return button(self._text("hang_up"), path, put_down, "end")
        if not (by_hand and self._other):
            return ""
        order = {"from": self._number, "to": self._other}
        return button(self._text("ring_back", number=self._other), "/_control/ring", order, "quiet")

    def _text(self, name: str, **values: str) -> str:
        return word(name, self._language, **values)

    def _keypad(self) -> str:
        path = f"/_control/hands/{self._number}"
        return "".join(
            button(key, path, {"do": "press", "keys": key}).replace(
                "<button ", f'<button aria-label="{self._key_name(key)}" '
            )
            for key in KEYS
        )

    def _key_name(self, key: str) -> str:
        return f"{self._word(KEY_NAMES[key])} {key}" if key in KEY_NAMES else key

    def _who(self) -> str:
        path, person = f"/_control/numbers/{self._number}", self._person
        by_hand = person.behaviour is Behaviour.BY_HAND
        behaviour = person_by_convention(self._number).behaviour if by_hand else Behaviour.BY_HAND
        who = said(WHO[person.behaviour], self._language)
        lead = self._word("in_hand") if by_hand else self._word("by_itself", who=who)
        change = button(
            self._text("give_back" if by_hand else "take"), path, {"behaviour": behaviour}, "quiet"
        )
        speaks = self._word(f"you_speak_{person.language}")
        return f"<p>{lead} {speaks} {self._word('card', code=person.code)}</p>{change}"

    def _lock_screen(self) -> str:
        lines = [escape(line) for line in self._noticed()][:SHOWN_ON_LOCK_SCREEN]
        if not lines:
            return f"<p>{self._word('lock_empty')}</p>"
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"

    def _noticed(self) -> Iterator[str]:
        """What somebody who only sees the locked telephone learns, newest first."""
        if self._ringing and self._call and self._call.direction is Direction.OUTBOUND:
            yield word("incoming", self._language, number=self._call.from_)
        seen: list[tuple[str, str]] = [
            (str(call.ended_at), word("missed", self._language, number=call.from_))
            for call in self._calls
            if call.direction is Direction.OUTBOUND and call.status in MISSED and call.dialled_at
        ]
        for text in self._texts:
            if text.direction is Direction.OUTBOUND and text.delivered_at:
                start = text.body[:PREVIEW] + ("…" if len(text.body) > PREVIEW else "")
                shown = word("text_from", self._language, number=text.from_, start=start)
                seen.append((str(text.delivered_at), shown))
        yield from (line for _, line in sorted(seen, reverse=True))

    def _conversation(self) -> str:
        call, name = self._call, self._word("heard")
        lines = [] if call is None else sorted(self._lines(call), key=lambda line: line[0])
        sid = "" if call is None else call.sid
        return (
            f'<div class="words" id="words" data-part data-call="{sid}" role="log" tabindex="0"'
            f' aria-label="{name}">' + "".join(line for _, line in lines) + "</div>"
        )

    def _lines(self, call: Call) -> Iterator[tuple[str, str]]:
        for heard in call.utterances:
            code = "cy" if heard.language.startswith("cy") else "en"
            in_which = self._word(f"said_in_{code}")
            words = f'<span lang="{code}">{escape(heard.text)}</span>'
            yield heard.at, f"<p><small>{in_which}</small>{words}</p>"
        for press in call.keys:
            shown = self._word("you_pressed", keys=press.digits)
            yield press.at, f'<p class="key">{shown}</p>'

    def _messages(self) -> str:
        head = f"<h2>{self._word('texts')}</h2>"
        if not self._texts:
            return f"{head}<p>{self._word('no_texts')}</p>"
        return head + '<ol class="words">' + "".join(map(self._message, self._texts)) + "</ol>"

    def _message(self, text: Text) -> str:
        got = text.direction is Direction.OUTBOUND
        kind, label = ("", "text_got") if got else ("key", "text_sent")
        return f'<li class="{kind}"><small>{self._word(label)}</small>{escape(text.body)}</li>'

    def _writing(self) -> str:
        if not self._other:
            return ""
        order = escape(json.dumps({"from": self._number, "to": self._other}))
        label = self._word("write", number=self._other)
        return (
            f'<form class="panel" data-order="/_control/text" data-body="{order}">'
            f'<label for="body">{label}</label><textarea id="body" name="body" required rows="2">'
            f"</textarea><button>{self._word('send')}</button></form>"
        )
