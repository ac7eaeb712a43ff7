"""An officer before her roster, and what there is to look at afterwards."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.lib.encryption import encrypt, keyed_index
from lms.people.domain.roster.confirming import choose, confirm
from lms.people.domain.roster.planning import digest
from lms.people.domain.roster.reading import Preview, preview, read_roster
from lms.people.domain.roster.undoing import undo
from lms.people.models import Contact, Identity, Membership, Person, Post, RosterBatch
from lms.people.models.identities import IDENTITY_PURPOSE
from tests.cast import Cast
from tests.clock import Clock
from tests.people.rosters import workbook

PHONE = "13900000001"
TOWNSHIP = "东河镇人民政府"


@dataclass
class Desk:
    """The officer of 甲县 before her roster."""

    cast: Cast
    clock: Clock

    def read(self, *rows: Any, by: Person | None = None) -> RosterBatch:
        officer = by or self.cast.officer
        return read_roster(workbook(*rows), org=self.cast.orgs.organization_department, by=officer, at=self.clock.now)

    def look(self, batch: RosterBatch, by: Person | None = None) -> Preview:
        return preview(batch, by=by or self.cast.officer, at=self.clock.now)

    def outcomes(self, batch: RosterBatch) -> list[tuple[int, str]]:
        return [(step.line.row, step.outcome.value) for step in self.look(batch).planned]

    def faults(self, *rows: Any) -> list[tuple[int, str]]:
        return [(fault.row, fault.heading) for fault in self.look(self.read(*rows)).faults]

    def choose(self, batch: RosterBatch, said: dict[int, int]) -> RosterBatch:
        return choose(batch, said, by=self.cast.officer, at=self.clock.now)

    def confirm(self, batch: RosterBatch, by: Person | None = None) -> RosterBatch:
        officer = by or self.cast.officer
        shown = digest(self.look(batch, officer).planned)
        return confirm(batch, shown=shown, by=officer, at=self.clock.now)

    def take(self, *rows: Any) -> RosterBatch:
        return self.confirm(self.read(*rows))

    def undo(self, batch: RosterBatch, reason: str = "文件选错了") -> RosterBatch:
        return undo(batch, reason=reason, by=self.cast.officer, at=self.clock.now)


def numbered(person: Person, number: str) -> Person:
    Identity.objects.create(
        person=person,
        encrypted=encrypt(number, IDENTITY_PURPOSE),
        index=keyed_index(number, IDENTITY_PURPOSE),
        added_at=person.joined_at,
    )
    return person


def posts_of(person: Person) -> list[tuple[str, str, date, date | None]]:
    posts = Post.objects.filter(person=person).order_by("active_from", "pk")
    return [(post.org.name, post.title, post.active_from, post.active_to) for post in posts]


def everything() -> dict[str, list[Any]]:
    """All rows that an import may touch."""
    models = (Person, Identity, Contact, Post, Membership)
    return {model.__name__: list(model._default_manager.order_by("pk").values_list()) for model in models}
