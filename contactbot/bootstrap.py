"""The composition root: the only place that sees every adapter and puts them in place."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from contactbot.audit_anchor import FileAnchor
from contactbot.casestore.folder import FolderCaseStore
from contactbot.casestore.http import HttpCaseStore
from contactbot.casestore.http_client import CaseStoreClient
from contactbot.casestore.import_file import import_file
from contactbot.casestore.referral_file import FileRefused
from contactbot.clock import SystemClock
from contactbot.config import Settings, SettingsFault, is_loopback
from contactbot.database.audit_chain import ChainKeys
from contactbot.database.audit_seals import DatabaseSeals
from contactbot.database.caller_store import DatabaseCallerStore
from contactbot.database.clock_records import fix_clock, is_simulated, leap
from contactbot.database.crypto import Keyring
from contactbot.database.embedded import EmbeddedServer, EmbeddedServerFault, start_embedded
from contactbot.database.engine import Engine, make_engine
from contactbot.database.event_records import DatabaseEvents
from contactbot.database.figures import DatabaseFigures
from contactbot.database.heartbeat_records import DatabaseHeartbeats
from contactbot.database.intake_records import DatabaseIntakeStore, rehearsal
from contactbot.database.live_view import DatabaseLiveViews
from contactbot.database.outbox_records import DatabaseOutbox
from contactbot.database.passwords import Argon2Passwords
from contactbot.database.queue_state import QueueState, holds_real_data, read_queue_state
from contactbot.database.service_records import DatabaseAway, NotMigrated, ServiceRecords
from contactbot.database.staff_records import DatabaseStaff
from contactbot.database.supervision_store import DatabaseSupervisionStore
from contactbot.database.text_store import DatabaseTextStore
from contactbot.database.told_attempts import ToldOutreachStore
from contactbot.database.watch_records import DatabaseWatch
from contactbot.domain.feeds import Feed
from contactbot.faults import fault_points
from contactbot.operations.callers_queue import Calling
from contactbot.operations.deps import Outreach
from contactbot.operations.intake import ImportResult, IntakeRules, Progress
from contactbot.operations.sealing import Sealing
from contactbot.operations.sign_in import Door
from contactbot.operations.supervision import Supervision
from contactbot.operations.sync import Exchange
from contactbot.operations.text_deps import Texts
from contactbot.operations.watching import Watch, feeds_of
from contactbot.ports.casestore import CaseStore, ReferralFileOffer
from contactbot.ports.heartbeats import Living
from contactbot.ports.intake_records import IntakeStore
from contactbot.rulebook import Rulebook
from contactbot.telephony.signature import Signatures
from contactbot.telephony.twilio_client import ProviderAccount, TwilioTelephony
from contactbot.telephony.twilio_texts import TwilioTexts
from contactbot.telephony.voice import TwimlVoice

_log = logging.getLogger("contactbot")

ROW_COUNTS = ("read", "accepted", "rejected", "held", "updated", "unchanged")
KEYS = ("encryption_keys", "index_keys")
PROVIDER = ("public_url", "twilio_account_sid", "twilio_auth_tokens", "twilio_from")


@dataclass(frozen=True)
class Application:
    """Everything a process may need, each made when first asked for."""

    settings: Settings
    engine: Engine

    @cached_property
    def rulebook(self) -> Rulebook:
        """The service manager's files."""
        return Rulebook(self.settings)

    @cached_property
    def keyring(self) -> Keyring:
        """The keys of the settings."""
        self.settings.require(*KEYS)
        return Keyring(self.settings.encryption_keys, self.settings.index_keys)

    @cached_property
    def door(self) -> Door:
        """All that sign-in needs."""
        return Door(DatabaseStaff(self.engine, self.keyring), Argon2Passwords())

    @cached_property
    def calling(self) -> Calling:
        """All that calls by hand need."""
        return Calling(self.outreach, DatabaseCallerStore(self.engine, self.keyring))

    @cached_property
    def supervision(self) -> Supervision:
        """All that supervisors need."""
        return Supervision(self.outreach, DatabaseSupervisionStore(self.engine, self.keyring))

    @cached_property
    def sealing(self) -> Sealing:
        """All that sealing the audit trail needs."""
        self.settings.require("encryption_keys")
        anchor = None
        if self.settings.audit_anchor is not None:
            self.settings.require("secret_key")
            anchor = FileAnchor(self.settings.audit_anchor, self.settings.secret_key or "")
        keys = ChainKeys(self.settings.encryption_keys)
        return Sealing(DatabaseSeals(self.engine, keys), anchor)

    @cached_property
    def service(self) -> ServiceRecords:
        """Counters and small records."""
        return ServiceRecords(self.engine)

    @cached_property
    def figures(self) -> DatabaseFigures:
        """What reports read."""
        return DatabaseFigures(self.engine, self.keyring)

    @cached_property
    def heartbeats(self) -> DatabaseHeartbeats:
        """Signs of life of jobs and feeds."""
        return DatabaseHeartbeats(self.engine)

    @cached_property
    def watch(self) -> Watch:
        """All that watching the service needs."""
        return Watch(DatabaseWatch(self.engine), self.rulebook.policy.feeds)

    def feeds(self) -> tuple[Feed, ...]:
        """Every source of referral files: when it last brought one, and whether it is quiet."""
        now = self.queue_state().calendar
        return feeds_of(self.heartbeats.beats(), now, self.rulebook.policy.feeds)

    @cached_property
    def live_views(self) -> DatabaseLiveViews:
        """What the live page of a demonstration shows."""
        return DatabaseLiveViews(self.engine, self.keyring)

    @cached_property
    def at_fault_point(self) -> Callable[[str], None]:
        """What happens at the named moments of a trial: nothing, unless the settings order it."""
        try:
            return fault_points(self.settings.faults)
        except ValueError as fault:
            raise SettingsFault(f"CONTACTBOT_FAULTS is wrong: {fault}.") from None

    @cached_property
    def signatures(self) -> Signatures:
        """The judge of webhooks."""
        self.settings.require(*PROVIDER)
        return Signatures(
            self.settings.twilio_auth_tokens,
            self.settings.twilio_account_sid or "",
            self.settings.public_url or "",
        )

    @cached_property
    def outreach(self) -> Outreach:
        """All that placing and taking calls needs."""
        self.settings.require(*PROVIDER)
        public_url = self.settings.public_url or ""
        self.rulebook.refuse_drafts()
        self._begin_service()
        self.fix_clock()
        return Outreach(
            store=ToldOutreachStore(self.engine, self.keyring),
            telephony=TwilioTelephony(self._account(), public_url),
            clock=SystemClock(),
            policy=self.rulebook.policy,
            calls_per_second=self._pace(),
            script=self.rulebook.script,
            real_calendar=self.settings.live_calls,
            voice=TwimlVoice(self.rulebook.catalogues, public_url),
            at_fault_point=self.at_fault_point,
        )

    @cached_property
    def texts(self) -> Texts:
        """All that sending and taking texts needs."""
        rules = self.rulebook.policy.texts
        live = self.settings.live_calls
        return Texts(
            outreach=self.outreach,
            store=DatabaseTextStore(self.engine, self.keyring),
            provider=TwilioTexts(self._account(), self.settings.public_url or ""),
            bodies=self.rulebook.bodies,
            messages_hash=self.rulebook.messages.hash,
            per_second=rules.per_second if live else rules.per_second_pretended,
            replies=self.rulebook.replies,
        )

    def count(self, name: str) -> None:
        """Add one to a counter that holds no id."""
        self.service.count(name)

    @cached_property
    def outbox(self) -> DatabaseOutbox:
        """What waits for the case store."""
        return DatabaseOutbox(self.engine)

    @cached_property
    def exchange(self) -> Exchange:
        """All that exchanging with the case store needs."""
        self.settings.require("case_store")
        return Exchange(
            store=self._case_store(),
            outbox=self.outbox,
            events=DatabaseEvents(self.engine, self.keyring),
            policy=self.rulebook.policy,
            import_file=self._import_offer,
            allow_pretend=not self.settings.live_calls,
            at_fault_point=self.at_fault_point,
        )

    def import_referrals(
        self,
        path: Path,
        rejects_path: Path,
        *,
        encoding: str | None = None,
        progress: Progress | None = None,
        rehearse: bool = False,
    ) -> ImportResult:
        """Take a referral file in; `FileRefused` if it cannot be read as a whole.

        A rehearsal says what would happen and keeps nothing but the file of rejects.
        """
        self._begin_service()
        self.fix_clock()
        with ExitStack() as stack:
            store: IntakeStore = DatabaseIntakeStore(self.engine, self.keyring)
            if rehearse:
                store = stack.enter_context(rehearsal(self.engine, self.keyring))
            result = import_file(
                path,
                rejects_path,
                store,
                IntakeRules(self.rulebook.policy, allow_pretend=not self.settings.live_calls),
                encoding=encoding,
                progress=progress,
            )
        _log.info("import_finished", extra={name: getattr(result, name) for name in ROW_COUNTS})
        return result

    def queue_state(self) -> QueueState:
        """How the queue stands at this moment."""
        return read_queue_state(self.engine)

    def fix_clock(self) -> None:
        """Set the simulated calendar if the settings ask for one and nobody has set it yet."""
        if self.settings.now is not None:
            if holds_real_data(self.engine):
                raise SettingsFault(
                    "CONTACTBOT_NOW is refused: the database holds referrals that were taken in by"
                    " real time, and every process that shares it would follow the wrong clock."
                )
            fix_clock(self.engine, self.settings.now, self.settings.clock_speed)

    def leap(self) -> None:
        """Demonstrations: move the calendar to the next due moment, if nothing is in flight."""
        leap(self.engine)

    def _import_offer(self, offer: ReferralFileOffer) -> bool:
        try:
            result = self.import_referrals(Path(offer.path), Path(offer.rejects_path))
        except FileRefused:
            return False
        for source in result.sources:
            self.heartbeats.beat(Living.FEED, source)
        return True

    def _case_store(self) -> CaseStore:
        place = self.settings.case_store or ""
        if place.startswith("folder:"):
            return FolderCaseStore(Path(place.removeprefix("folder:")))
        return HttpCaseStore(CaseStoreClient(place), self.settings.data_dir / "case-store")

    def _pace(self) -> float:
        calls = self.rulebook.policy.calls
        return calls.per_second if self.settings.live_calls else calls.per_second_pretended

    def _account(self) -> ProviderAccount:
        settings = self.settings
        if not settings.live_calls and not is_loopback(settings.twilio_api_url):
            raise SettingsFault(
                "CONTACTBOT_TWILIO_API_URL names a telephone network that is not on this machine;"
                " only CONTACTBOT_LIVE_CALLS=1 allows that."
            )
        return ProviderAccount(
            account_sid=settings.twilio_account_sid or "",
            username=settings.twilio_account_sid or "",
            password=settings.twilio_auth_tokens[0],
            sender=settings.twilio_from or "",
            api_url=settings.twilio_api_url,
            live=settings.live_calls,
        )

    def _begin_service(self) -> None:
        try:
            self.service.begin_service(list(self.rulebook.records()))
        except NotMigrated as fault:
            raise SettingsFault(
                "the database is not ready for this version; run: contactbot db upgrade"
            ) from fault
        except DatabaseAway:
            raise SettingsFault(
                "the database of CONTACTBOT_DATABASE_URL does not answer, or lets nobody in."
            ) from None
        if self.settings.live_calls and is_simulated(self.engine):
            raise SettingsFault(
                "the database of CONTACTBOT_DATABASE_URL runs on a simulated calendar, as"
                " demonstrations do; with it people would be called at any hour. Live calling needs"
                " a database of its own."
            )


@contextmanager
def open_database(settings: Settings, *, pool_size: int = 5) -> Iterator[Engine]:
    """The database of the settings; the embedded one runs at least as long as this block."""
    with ExitStack() as stack:
        url = settings.database_url
        if url is None:
            url = stack.enter_context(_embedded(settings)).url
        engine = make_engine(url, pool_size=pool_size)
        stack.callback(engine.dispose)
        yield engine


def _embedded(settings: Settings) -> EmbeddedServer:
    try:
        return start_embedded(settings.data_dir)
    except EmbeddedServerFault as fault:
        raise SettingsFault(f"the embedded database does not start: {fault}") from fault


@contextmanager
def open_application(settings: Settings, *, pool_size: int = 5) -> Iterator[Application]:
    """A process's application: database joined, simulated clock fixed if the settings say so."""
    with open_database(settings, pool_size=pool_size) as engine:
        yield Application(settings, engine)


def check_start(settings: Settings) -> None:
    """Whether a server could start with these settings; raises `SettingsFault` if not."""
    with open_application(settings) as application:
        application.signatures  # noqa: B018 - made to be checked
        application.outreach  # noqa: B018
