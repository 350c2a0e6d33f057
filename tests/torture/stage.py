"""Where a torture runs: PostgreSQL, a phone network, people to call, and one application."""

import csv
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from casestore.twin import RunningTwin
from journeys.people import Person, somebody
from journeys.service import OURS, WALL_CLOCK, row_of, settings_for
from phonenet.network import Network
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from torture.telephones import Telephones

from contactbot.bootstrap import Application
from contactbot.config import Settings
from contactbot.database.embedded import start_embedded
from contactbot.database.engine import make_engine
from contactbot.database.migrate import upgrade
from contactbot.logs import begin_logging
from contactbot.operations.dispatch import place_next
from contactbot.operations.reconcile import reconcile
from contactbot.ports.telephony import OutcomeUnknown

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
DATABASE, TEMPLATE = "torture", "people"
# Not more: a call may last ten minutes of life, and a busy machine needs seconds of real time.
TEMPO = 60
CALLS_PER_SECOND = 2000
# The rules as they are, but for pace: nothing else may slow the killing down.
PACE = {"per_second_pretended": "2000", "max_in_flight": "100000"}
# Who answers, of a hundred: mostly short calls, and enough talks to lose answers in.
BEHAVIOURS = (
    ("opts_in", 6),
    ("declines", 2),
    ("asks_for_slot", 1),
    ("do_not_ring", 1),
    ("hangs_up", 1),
    ("wrong_code", 1),
    ("not_alone", 1),
    ("nobody", 35),
    ("busy", 35),
    ("carrier_failure", 17),
)
ONLY_SHORT = (("busy", 60), ("nobody", 40))
ONLY_ANSWERING = (("opts_in", 1),)
CLEAN = "UPDATE pacing SET next_at_real = clock_timestamp()"


@dataclass
class Stage:
    """All that every process of a torture shares."""

    folder: Path
    server_url: str
    telephones: Telephones
    settings: Settings
    application: Application
    listening: socket.socket
    twin: RunningTwin | None = None  # the case store of this round, where it is not the folder
    rough: bool = False  # whether the database or the network may fall in this round

    @property
    def network(self) -> Network:
        return self.telephones.network()

    @property
    def engine(self) -> Engine:
        return self.application.engine

    def administer(self, *statements: str) -> None:
        engine = create_engine(self.server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def new_round(self, template: str = TEMPLATE) -> None:
        """A fresh database with people whom nobody has called, and a network at peace."""
        self.engine.dispose()
        self.administer(
            f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)",
            f"CREATE DATABASE {DATABASE} TEMPLATE {template} STRATEGY file_copy",
        )
        case_store = self.folder / "case-store"
        if case_store.exists():
            shutil.rmtree(case_store)
        self.telephones.afresh()

    def people(
        self,
        number: int,
        behaviours: tuple[tuple[str, int], ...],
        random: Random,
        template: str = TEMPLATE,
    ) -> None:
        """Take so many people in, once: every round begins with a copy of them."""
        self.administer(
            f"DROP DATABASE IF EXISTS {template} WITH (FORCE)",
            f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)",
            f"CREATE DATABASE {DATABASE} TEMPLATE template0",
        )
        upgrade(self.engine)
        self.application.fix_clock()
        names, weights = zip(*behaviours, strict=True)
        answers = random.choices(names, weights, k=number)
        path = self.folder / "people.csv"
        write_people(path, [somebody(each) for each in answers])
        result = self.application.import_referrals(path, self.folder / "people.rejects.csv")
        assert result.rejected == 0, result
        self.engine.dispose()
        self.administer(f"ALTER DATABASE {DATABASE} RENAME TO {template}")

    def warm_up(self) -> None:
        """Do everything once, on a database that is thrown away, so that children need not."""
        self.new_round()
        world = replace(self.application.outreach, telephony=NobodyThere())
        self.application.texts, self.application.exchange  # noqa: B018 - made to be inherited
        for _ in range(8):
            place_next(world)
        run(self.engine, "UPDATE attempts SET deadline_real = deadline_real - interval '1 minute'")
        reconcile(world)
        self.engine.dispose()


class NobodyThere:
    """A provider that never answers."""

    def place_call(self, order: object) -> None:
        raise OutcomeUnknown("nobody there")

    def calls_to(self, number: str) -> list[object]:
        return []

    def call(self, provider_id: str) -> None:
        return None

    def end_call(self, provider_id: str) -> None:
        return None


def run(engine: Engine, statement: str, **values: object) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), values)


def write_people(path: Path, people: list[Person]) -> None:
    referred_at = "2026-03-23T09:00:00"
    rows = [{"referred_at": referred_at} | row_of(person, safe_text="yes") for person in people]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def rules_in(folder: Path) -> Path:
    """The service manager's files with a pace that starves nobody."""
    rules = folder / "scripts"
    shutil.copytree(SCRIPTS, rules)
    policy = rules / "policy.toml"
    written = policy.read_text("utf-8")
    for name, value in PACE.items():
        written, found = re.subn(rf"(?m)^{name} = \d+", f"{name} = {value}", written)
        assert found, name
    policy.write_text(written, "utf-8")
    return rules


def listening_socket() -> socket.socket:
    """Made before anything forks, so that a killed server leaves nobody before a closed door."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", 0))
    door.listen(512)
    return door


@contextmanager
def stage(folder: Path, *, tempo: float = TEMPO) -> Iterator[Stage]:
    """Everything that runs for as long as the torture does."""
    begin_logging(as_json=True)
    sys.excepthook = sys.__excepthook__  # whoever tortures wants to see what broke
    folder.mkdir(parents=True, exist_ok=True)
    with (
        start_embedded(folder, durable=False) as server,
        Telephones(folder, tempo, CALLS_PER_SECOND) as telephones,
        listening_socket() as door,
    ):
        url = make_url(server.url).set(database=DATABASE).render_as_string(hide_password=False)
        settings = replace(
            settings_for(url, telephones.network(), folder, door.getsockname()[1]),
            scripts_dir=rules_in(folder),
            secret_key="k" * 44,
        )
        application = Application(settings, make_engine(url, pool_size=8))
        yield Stage(folder, server.url, telephones, settings, application, door)


__all__ = ["BEHAVIOURS", "ONLY_SHORT", "OURS", "WALL_CLOCK", "Stage", "run", "stage"]
