"""What is silent that should not be, told to people on the pages they have open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from flask import g

from contactbot.domain.wording import translatable
from contactbot.operations.watching import Silence, Silent, silences
from contactbot.web.current import application


@dataclass(frozen=True, slots=True)
class Advice:
    """What is silent, what that means, and what to do; msgids with `{name}` and `{since}`."""

    what: str
    do: str


STOPPED = translatable(
    "Nobody is rung or texted by the machine and nothing reaches the case store. Ask whoever looks"
    " after the machines to start “contactbot worker”."
)
ADVICE: Mapping[Silent, Advice] = MappingProxyType(
    {
        Silent.NO_WORKER: Advice(translatable("No worker has run yet."), STOPPED),
        Silent.WORKER: Advice(translatable("The worker has not run since {since}."), STOPPED),
        Silent.JOB: Advice(
            translatable("The worker has not done “{name}” since {since}."),
            translatable("Ask whoever looks after the machines to look at the worker’s log."),
        ),
        Silent.FEED: Advice(
            translatable("The feed “{name}” has brought no file since {since}."),
            translatable(
                "New referrals may be missing. Ask whoever sends the files whether they were sent."
            ),
        ),
        Silent.DATABASE: Advice(
            translatable("The database does not answer in time."),
            translatable("What is shown may be old. Ask whoever looks after the machines."),
        ),
    }
)
NEVER_FED = Advice(
    translatable("The feed “{name}” has not brought a file yet."), ADVICE[Silent.FEED].do
)


def silences_now() -> Sequence[Silence]:
    """All that is silent, looked up once a request."""
    if "silences" not in g:
        g.silences = silences(application().watch)
    found: Sequence[Silence] = g.silences
    return found


def silence_mark() -> str:
    """Changes when something falls silent or speaks again."""
    return repr(silences_now())


def advice_on(silence: Silence) -> Advice:
    """The words for one silence."""
    if silence.what is Silent.FEED and silence.since is None:
        return NEVER_FED
    return ADVICE[silence.what]
