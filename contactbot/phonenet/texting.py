"""Text messages: accepted, sent, delivered, and the words that stop them."""

import asyncio

from contactbot.phonenet.forms import text_form, text_status_form
from contactbot.phonenet.moments import now
from contactbot.phonenet.people import Behaviour
from contactbot.phonenet.records import Direction, Text
from contactbot.phonenet.tasks import Tasks
from contactbot.phonenet.twiml import BadTwiml, Reply, read_twiml
from contactbot.phonenet.webhooks import NoAnswer, Webhooks
from contactbot.phonenet.world import World

# Twilio's own words, English only, and only when they stand alone.
STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
# Seconds of real life; the tempo shortens them.
STEP_TAKES = 1.0
UNREACHABLE_HANDSET = 30003
UNDELIVERED = frozenset({Behaviour.CARRIER_FAILURE, Behaviour.UNREACHABLE})


class Texting:
    """Carries texts in both directions."""

    def __init__(self, world: World, webhooks: Webhooks, tasks: Tasks) -> None:
        self._world = world
        self._webhooks = webhooks
        self._tasks = tasks

    def new(self, direction: Direction, to: str, from_: str, body: str) -> Text:
        """A text that nobody has been told of yet."""
        index = len(self._world.texts)
        return Text(
            sid=self._world.chance.sid("SM", index),
            index=index,
            account=self._world.options.account,
            direction=direction,
            to=to,
            from_=from_,
            created_at=now(),
            body=body,
            stored_body=body,
        )

    def send(self, text: Text) -> None:
        """Take a text that the application sends; its callbacks follow."""
        self._world.add_text(text)
        self._tasks.start(self._carry(text))

    async def _carry(self, text: Text) -> None:
        """A text in the air counts as pending until its last callback has been made."""
        self._world.callbacks_pending += 1
        try:
            await self._deliver(text)
        finally:
            self._world.callbacks_pending -= 1

    async def _deliver(self, text: Text) -> None:
        lost = self._world.people.at(text.to).behaviour in UNDELIVERED
        for status in ("sent", "undelivered" if lost else "delivered"):
            await asyncio.sleep(STEP_TAKES / self._world.options.tempo)
            if text.status == "canceled":
                return
            text.status, text.updated_at = status, now()
            if status == "undelivered":
                text.error_code = UNREACHABLE_HANDSET
            if status == "delivered":
                text.delivered_at = text.updated_at
            self._world.note_text(text)
            if text.status_url:
                await self._post(text, text.status_url, text_status_form(text))

    async def receive(self, text: Text, url: str) -> str:
        """A person texts the application: the reply it gave, or "" for none."""
        text.status, text.delivered_at = "received", now()
        self._world.add_text(text)
        word = text.body.strip().upper()
        if word in STOP_WORDS | START_WORDS:
            self._world.opt_out(text.from_, text.to, out=word in STOP_WORDS)
        form = [*text_form(text), ("Body", text.body), ("NumMedia", "0"), ("NumSegments", "1")]
        return self._reply(text, url, await self._post(text, url, form))

    def _reply(self, text: Text, url: str, body: bytes) -> str:
        if not body:
            return ""
        try:
            verbs = read_twiml(body)
        except BadTwiml as wrong:
            self._failed(text, url, wrong.code, str(wrong))
            return ""
        words = "\n".join(verb.text for verb in verbs if isinstance(verb, Reply))
        if words:
            answer = self.new(Direction.OUTBOUND, text.from_, text.to, words)
            answer.status, answer.delivered_at = "delivered", now()
            self._world.add_text(answer)
        return words

    async def _post(self, text: Text, url: str, form: list[tuple[str, str]]) -> bytes:
        try:
            answer = await self._webhooks.send(text.sid, "POST", url, form)
        except NoAnswer as failure:
            self._failed(text, url, failure.code, str(failure))
            return b""
        if not 200 <= answer.status < 300:
            self._failed(text, url, 11200, f"answered {answer.status}")
            return b""
        return answer.body

    def _failed(self, text: Text, url: str, code: int, reason: str) -> None:
        self._world.webhook_errors += 1
        self._world.surprised(code, reason, sid=text.sid, url=url)
