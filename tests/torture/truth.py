"""What really happened, by the phone network's transcript, held against what the database says."""

import json
import pickle
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from journeys.service import neutral_lines
from sqlalchemy import Connection, text
from torture.nursery import Death
from torture.slots import INSIDE, Line
from torture.stage import Stage, run

from contactbot.database.invariant_scene import Evidence, calendar
from contactbot.database.invariants import check_invariants
from contactbot.operations.sync import synchronise
from contactbot.scheduling.jobs import settle, stop_unwanted
from contactbot.scripting.session import Prompt

# What the protocol measures in real time: the first look, the second, and one more for good.
AGES = (6, 61, 1801, 61, 301, 1801, 1801, 1801)
OVER_A_DAY = 26 * 3600
NOTHING_HEARD = "We are sorry, an application error has occurred. Goodbye."
PATIENCE_SECONDS = 60
LIVE = "SELECT count(*) FROM attempts WHERE ended_at IS NULL"


@dataclass
class Truth:
    """The figures of one round; every list names what breaks a promise and must be empty."""

    calls: int = 0
    texts: int = 0
    attempts: int = 0
    inside: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    rung_twice: list[str] = field(default_factory=list)
    texted_twice: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    denied_answered: int = 0
    never_ended: int = 0
    answers_heard: int = 0
    consents_heard: int = 0
    answers_lost: list[str] = field(default_factory=list)
    told: int = 0
    apologies: int = 0  # calls on which the provider spoke, since three tries in a row died
    violations: list[str] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        """Everything that must not be."""
        live = [f"{self.never_ended} attempts never ended"] if self.never_ended else []
        return [
            *self.rung_twice,
            *self.texted_twice,
            *self.unknown,
            *self.denied,
            *self.answers_lost,
            *self.violations,
            *live,
        ]

    def as_json(self) -> dict[str, Any]:
        counters = {"inside": dict(self.inside), "outside": dict(self.outside)}
        return {each.name: getattr(self, each.name) for each in fields(self)} | counters


def judge(
    stage: Stage,
    line: Line,
    faults: str | None,
    stopping: Callable[[], bool],
    *,
    deaths: Sequence[Death],
    ours: bool,
    verdict: Path,
) -> None:
    """A process of its own, since what it opens must not be shared with those born later."""
    if ours:
        reconcile_all(stage)
    else:
        stage.network.control.quiet(60)
    found = truth(stage, deaths, ours=ours)
    verdict.write_bytes(pickle.dumps(found))


def reconcile_all(stage: Stage) -> None:
    """Let real time pass for the protocol until nothing is open, asking the network as it does."""
    control = stage.network.control
    control.delete("faults")
    if stage.twin is not None:
        stage.twin.well()
    for age in (*AGES, OVER_A_DAY):
        control.quiet(60)
        let_real_time_pass(stage, age)
        stop_unwanted(stage.application)
        settle(stage.application)
        control.quiet(60)
        if not count_live(stage):
            break
    until = time.monotonic() + PATIENCE_SECONDS
    while pending(stage) and time.monotonic() < until:
        synchronise(stage.application.exchange, at_once=True)


def let_real_time_pass(stage: Stage, seconds: float) -> None:
    """What the protocol measures in real time now lies so much further back."""
    run(
        stage.engine,
        "UPDATE attempts SET posted_at_real = posted_at_real - make_interval(secs => :age),"
        " deadline_real = deadline_real - make_interval(secs => :age),"
        " look_at_real = look_at_real - make_interval(secs => :age) WHERE ended_at IS NULL",
        age=seconds,
    )


def count_live(stage: Stage) -> int:
    with stage.engine.connect() as connection:
        return int(connection.execute(text(LIVE)).scalar_one())


def truth(stage: Stage, deaths: Sequence[Death], *, ours: bool = True) -> Truth:
    """The figures; nothing may be in flight. `ours` = also every invariant of the product."""
    control = stage.network.control
    calls = [c for c in control.get("calls") if is_outbound(c)]
    texts = [t for t in control.get("texts") if is_outbound(t)]
    with stage.engine.connect() as connection:
        attempts = read_attempts(connection)
        found = Truth(calls=len(calls), texts=len(texts), attempts=len(attempts))
        found.never_ended = sum(one.ended_at is None for one in attempts.values())
        count_deaths(found, deaths, attempts)
        judge_calls(found, connection, calls, attempts, spacing_of(stage))
        judge_texts(found, texts, attempts)
        judge_answers(found, connection, stage, calls, attempts)
        judge_told(found, connection, stage)
    if ours:
        found.violations += violations(stage, calls, texts)
    return found


def is_outbound(one: Mapping[str, Any]) -> bool:
    return str(one["direction"]).startswith("outbound")


def spacing_of(stage: Stage) -> float:
    return stage.application.rulebook.policy.limits.spacing_hours * 3600.0


def read_attempts(connection: Connection) -> dict[str, Any]:
    """Every attempt by its token."""
    rows = connection.execute(text("SELECT * FROM attempts"))
    return {row.token: row for row in rows}


def count_deaths(found: Truth, deaths: Sequence[Death], attempts: Mapping[str, Any]) -> None:
    """A kill is inside if the attempt in hand was committed and its id was not, as rows tell."""
    by_id: dict[UUID, Any] = {one.id: one for one in attempts.values()}
    for death in deaths:
        row = by_id.get(death.seen.attempt)
        killed_at = datetime.fromtimestamp(death.at_ns / 1e9, UTC)
        inside = (
            death.seen.phase == INSIDE
            and row is not None
            and row.intent_at_real <= killed_at
            and (row.bound_at_real is None or row.bound_at_real > killed_at)
        )
        place = f"{death.role} {death.how} {death.seen.point or 'nowhere'}"
        (found.inside if inside else found.outside)[place] += 1


def judge_calls(
    found: Truth,
    connection: Connection,
    calls: Sequence[Mapping[str, Any]],
    attempts: Mapping[str, Any],
    spacing: float,
) -> None:
    """Nobody twice, and every call known by its id to the attempt that ordered it."""
    shows = calendar(connection)
    known = {one.provider_id: one for one in attempts.values() if one.provider_id}
    by_token: Counter[str] = Counter()
    rung: dict[str, tuple[datetime, str]] = {}
    for call in sorted(calls, key=lambda one: one["created_at"]):
        token = token_of(call["url"])
        by_token[token] += 1
        if by_token[token] > 1:
            found.rung_twice.append(f"{call['sid']}: second call of one attempt")
        row = attempts.get(token)
        if row is None or known.get(call["sid"]) is not row:
            found.unknown.append(f"{call['sid']}: no attempt knows this call")
        elif row.state == "not_placed":
            found.denied.append(f"{call['sid']}: its attempt says that it was not placed")
            found.denied_answered += call["answered_at"] is not None
        if call["dialled_at"] is None:
            continue
        at = shows(datetime.fromisoformat(call["dialled_at"]))
        before = rung.get(call["to"])
        if before is not None and (at - before[0]).total_seconds() < spacing:
            found.rung_twice.append(f"{call['sid']}: {at - before[0]} after {before[1]}")
        rung[call["to"]] = (at, call["sid"])


def token_of(url: str) -> str:
    """`…/call/TOKEN/0`."""
    return urlsplit(url).path.split("/")[-2]


def judge_texts(
    found: Truth, texts: Sequence[Mapping[str, Any]], attempts: Mapping[str, Any]
) -> None:
    """Each text known, and one an attempt."""
    known = {one.provider_id for one in attempts.values()}
    seen: Counter[str] = Counter()
    for each in texts:
        token = urlsplit(each["status_url"] or "").path.rpartition("/")[2]
        seen[token] += 1
        if seen[token] > 1:
            found.texted_twice.append(f"{each['sid']}: second text of one attempt")
        if each["sid"] not in known:
            found.unknown.append(f"{each['sid']}: no attempt knows this text")


def judge_answers(
    found: Truth,
    connection: Connection,
    stage: Stage,
    calls: Sequence[Mapping[str, Any]],
    attempts: Mapping[str, Any],
) -> None:
    """Whatever key was answered with further words was kept, and each consent with it."""
    neutral = neutral_lines(stage.application) | {NOTHING_HEARD}
    goodbyes = {line for line in neutral if "press" not in line and "pwyswch" not in line.lower()}
    asked = consent_questions(stage)
    turns = dict(
        connection.execute(
            text("SELECT attempt_id, count(*) FROM call_turns WHERE turn > 0 GROUP BY 1")
        ).all()
    )
    consents = Counter(
        (row.person_id, row.decision)
        for row in connection.execute(text("SELECT person_id, decision FROM consent_events"))
    )
    for call in calls:
        row = attempts.get(token_of(call["url"]))
        found.apologies += any(one["text"] == NOTHING_HEARD for one in call["utterances"])
        heard = list(acknowledged(call, goodbyes))
        found.answers_heard += len(heard)
        if heard and (row is None or turns.get(row.id, 0) < len(heard)):
            found.answers_lost.append(f"{call['sid']}: {len(heard)} keys answered, fewer kept")
        for question, digits in heard:
            decision = {"1": "given", "2": "refused"}.get(digits)
            if row is None or question not in asked or decision is None:
                continue
            found.consents_heard += 1
            if not consents[row.person_id, decision]:
                found.answers_lost.append(f"{call['sid']}: consent {decision} was not kept")


def acknowledged(call: Mapping[str, Any], goodbyes: set[str]) -> Iterator[tuple[str, str]]:
    """Each key after which the line heard more than a goodbye, with the words before it."""
    heard = [(one["at"], "0", " ".join(one["text"].split())) for one in call["utterances"]]
    pressed = [(one["at"], "1", one["digits"]) for one in call["keys"] if one["digits"]]
    last, key = "", ""
    for _, kind, words in sorted(heard + pressed):
        if kind == "1":
            key = words
            continue
        if key and words not in goodbyes:
            yield last, key
        last, key = words, ""


def consent_questions(stage: Stage) -> set[str]:
    """The question of support as it is heard, in both languages."""
    script = stage.application.rulebook.script
    step: Any = script.steps["support"]
    voice = stage.application.outreach.voice
    context = script.context(step.id, "say")
    heard = [voice.heard(Prompt(context, step.say, language)) for language in ("cy", "en")]
    return {" ".join(words.split()) for words in heard}


def judge_told(found: Truth, connection: Connection, stage: Stage) -> None:
    """Every fact of the outbox was applied in the case store once."""
    delivered = Counter(handed_over(stage))
    states = connection.execute(text("SELECT id, state FROM outbox")).all()
    found.told = len(states)
    for row in states:
        if row.state != "delivered" or delivered[str(row.id)] != 1:
            told = f"{row.state}, {delivered[str(row.id)]} times in the case store"
            found.answers_lost.append(f"outbox {row.id}: {told}")


def handed_over(stage: Stage) -> Iterator[str]:
    """The id of every record in the case store; a file may be written again whole."""
    if stage.twin is not None:
        truth = stage.twin.truth()
        yield from (record["id"] for record in truth["applied"])
        return
    for path in sorted((stage.folder / "case-store" / "outbox").glob("*.ndjson")):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)["id"]


def pending(stage: Stage) -> int:
    return stage.application.outbox.status().pending


def violations(
    stage: Stage, calls: Sequence[Mapping[str, Any]], texts: Sequence[Mapping[str, Any]]
) -> list[str]:
    """What the product's own invariants say."""
    application = stage.application
    evidence = Evidence(
        calls=calls,
        texts=texts,
        bodies=application.rulebook.bodies,
        neutral_lines=neutral_lines(application) | {NOTHING_HEARD},  # not ours; counted apart
        outbound_urls=(stage.settings.twilio_api_url,),
        allowed_hosts=frozenset({"127.0.0.1"}),
    )
    policy = application.rulebook.policy
    broken = check_invariants(application.engine, application.keyring, policy, evidence)
    return [f"{one.invariant} {one.subject}: {one.detail}" for one in broken]
