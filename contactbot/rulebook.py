"""The service manager's files: policy, scripts, messages and words, read and proved before use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from contactbot.config import Settings, SettingsFault
from contactbot.domain.policy import Policy, PolicyFault, parse_policy
from contactbot.i18n.catalogues import Catalogues, load_catalogues, read_reviews, read_welsh
from contactbot.scripting.check import load_script
from contactbot.scripting.errors import ScriptFaults
from contactbot.scripting.messages import Messages, load_messages, welsh_text_faults
from contactbot.scripting.model import Script
from contactbot.scripting.reply_tables import ReplyTables, ReplyTablesFault, load_replies
from contactbot.scripting.words import unreviewed

POLICY = "policy.toml"
OUTREACH_SCRIPT = "initial_contact.toml"
RING_BACK_SCRIPT = "ring_back.toml"
MESSAGES = "messages.toml"
REPLIES = "replies.toml"


@dataclass(frozen=True)
class Rulebook:
    """What `CONTACTBOT_SCRIPTS_DIR` holds; each file `SettingsFault` with every fault if wrong."""

    settings: Settings

    @cached_property
    def policy(self) -> Policy:
        """The contact policy."""
        try:
            return parse_policy(self._read(POLICY))
        except PolicyFault as fault:
            raise SettingsFault(f"{POLICY}: {fault}") from fault

    @cached_property
    def script(self) -> Script:
        """The script of the call we place."""
        return self._script(OUTREACH_SCRIPT)

    @cached_property
    def ring_back_script(self) -> Script:
        """The script of a call that comes in."""
        return self._script(RING_BACK_SCRIPT)

    @cached_property
    def catalogues(self) -> Catalogues:
        """The words of both languages."""
        return load_catalogues(self.settings.home_force)

    @cached_property
    def messages(self) -> Messages:
        """All text messages there are, proved in both languages."""
        try:
            messages = load_messages(self._read(MESSAGES))
        except ScriptFaults as faults:
            raise SettingsFault(f"{MESSAGES} cannot be used:\n{faults}") from faults
        if wrong := list(welsh_text_faults(messages, read_welsh())):
            raise SettingsFault("\n".join(map(str, wrong)))
        return messages

    @cached_property
    def bodies(self) -> Mapping[str, Mapping[str, str]]:
        """The closed set of bodies: message id → form → words."""
        welsh = read_welsh()
        return {one.id: one.forms(welsh[one.context, one.english]) for one in self.messages.all}

    @cached_property
    def replies(self) -> ReplyTables:
        """The tables by which replies in words are understood."""
        try:
            return load_replies(self._read(REPLIES))
        except ReplyTablesFault as fault:
            raise SettingsFault(f"{REPLIES} cannot be used:\n{fault}") from fault

    def refuse_drafts(self) -> None:
        """With live calls on, every word must have been approved by a named person."""
        if not self.settings.live_calls:
            return
        welsh, reviews = read_welsh(), read_reviews()
        for script in (self.script, self.ring_back_script, self.messages):
            drafts = unreviewed(script, welsh, reviews)
            if drafts:
                raise SettingsFault(
                    f"The script {script.name} has {len(drafts)} texts nobody has approved;"
                    " locales/cy/reviews.csv must name a reviewer for each before live calls."
                )

    def records(self) -> Iterator[dict[str, str]]:
        """Each script as it is kept in the database, so that a call can be read years later."""
        named = ((OUTREACH_SCRIPT, self.script), (RING_BACK_SCRIPT, self.ring_back_script))
        for name, script in (*named, (MESSAGES, self.messages)):
            yield {
                "hash": script.hash,
                "name": script.name,
                "version": str(script.version),
                "body": self._read(name),
            }

    def _script(self, name: str) -> Script:
        try:
            return load_script(self._read(name), name)
        except ScriptFaults as faults:
            raise SettingsFault(f"{name} cannot be used:\n{faults}") from faults

    def _read(self, name: str) -> str:
        try:
            return (self.settings.scripts_dir / name).read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsFault(
                f"{name} cannot be read in CONTACTBOT_SCRIPTS_DIR: {error.strerror}."
            ) from error
        except UnicodeDecodeError:
            raise SettingsFault(f"{name} in CONTACTBOT_SCRIPTS_DIR is not in UTF-8.") from None
