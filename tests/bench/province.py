"""The desk of a synthetic province: first page, way down, past days, trend, record, registering, assessing.

    python -m tests.bench.province                       # 3,000 people, on a new SQLite file
    DATABASE=postgresql python -m tests.bench.province --people 100000
    DATABASE_URL=postgresql://… python -m tests.bench.province --kept       # a province that is there already

Then another process completes lessons, 20 a second for `--seconds`, and in the middle of it takes back entries, moves
people, merges a town and changes a requirement; a third folds. The pages are measured meanwhile and again after it.
Ends with 1 unless every figure equals a recount from facts. Every line says how busy the machine was (load).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

ROUNDS = 20
PEOPLE = int(os.environ.get("PEOPLE", "3000"))
ROOT = Path(__file__).resolve().parent.parent.parent
COMPLETIONS_A_SECOND = 20
# In the middle of writing: so many, or in a smaller province a hundredth of the people.
MOVED, REVERSED = 1000, 500


def say(bench: str, value: float, unit: str, **more: Any) -> None:
    line = {"bench": f"province: {bench}", "value": round(value, 1), "unit": unit, **more}
    print(json.dumps(line | {"load": round(os.getloadavg()[0], 1)}), flush=True)


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database that is gone afterwards."""
    if os.environ.get("DATABASE") == "postgresql":
        import psycopg

        server = os.environ.get("POSTGRESQL_SERVER", "postgresql://postgres@127.0.0.1:5432")
        name = f"bench_province_{uuid4().hex[:8]}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
            try:
                yield f"{server}/{name}"
            finally:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'province.sqlite3'}"


def milliseconds(work: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    times = []
    for _round in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return sorted(times)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


class Province:
    """What is measured, on the database in use."""

    def __init__(self) -> None:
        from django.utils import timezone

        from lms.lib.durations import beijing_day
        from lms.people.enums import DivisionLevel, RoleKind
        from lms.people.models import Role

        self.at = timezone.now()
        self.today = beijing_day(self.at)
        roles = Role.objects.filter(kind=RoleKind.OFFICER, person__login_code__startswith="SYN")
        self.roles: dict[str, Any] = {}
        for role in roles.select_related("org__division", "person").order_by("org__division__code"):
            self.roles.setdefault(role.org.division.level, role)
        self.levels = [level for level in DivisionLevel.values if level in self.roles]

    def inquiry(self, level: str, on: date) -> Any:
        from lms.people.enums import Purpose
        from lms.people.policies import persons_visible_to
        from lms.reports.overview.shapes import Inquiry, Scope

        role = self.roles[level]

        def visible(day: date) -> Any:
            return persons_visible_to(role.person, purpose=Purpose.CADRE_TRAINING, on=day, acting_on=self.today)

        return Inquiry(Scope((role.org,), visible), on.year, on)

    def pages(self, when: str = "") -> None:
        from lms.reports.overview.counting import cadres_in
        from lms.reports.overview.figures import figures_of, trend_of

        for level in self.levels:
            place = self.roles[level].org.division
            today = self.inquiry(level, self.today)
            times = milliseconds(lambda today=today, place=place: figures_of(today, place))
            total = figures_of(today, place).total
            say(f"figures of today, {level}{when}", p95(times), "ms p95", people=total.people)
            times = milliseconds(lambda today=today, place=place, total=total: trend_of(today, place, total))
            say(f"trend of the year, {level}{when}", p95(times), "ms p95")
            if level != self.levels[0]:
                listed = cadres_in(today, place, self.today).order_by("pk")
                times = milliseconds(lambda listed=listed: (listed.count(), list(listed.values_list("pk")[:50])), 3)
                say(f"list of people, {level}{when}", times[-1], "ms most", people=listed.count())
            for days in (17, 200, 400):
                then = self.inquiry(level, self.today - timedelta(days=days))
                times = milliseconds(lambda then=then, place=place: figures_of(then, place), 3)
                say(f"figures {days} days ago, {level}{when}", times[-1], "ms most")

    def record(self, when: str = "") -> None:
        """One person, as the officer of her county finds and reads her."""
        from lms.credits.domain.assessing import assess
        from lms.people.models import Person
        from lms.reports.queries import entries_in_words

        level = self.levels[-1]
        seen = self.inquiry(level, self.today).scope.visible(self.today)
        pks = list(
            Person.objects.filter(posts__cadre_authority=self.roles[level].org).values_list("pk", flat=True)[:50]
        )
        rest = iter(pks)

        def read() -> None:
            person = seen.filter(pk=next(rest)).first()
            if person is not None:
                entries_in_words(person, year=self.today.year, on=self.today)
                assess(person, self.today.year, on=self.today)

        say(f"a person's record{when}", p95(milliseconds(read, len(pks))), "ms p95")

    def register(self) -> None:
        from lms.credits.domain.registering import register_credit

        completions = iter(list(self.completions(60)))
        times = milliseconds(lambda: register_credit(next(completions), at=self.at), 60)
        say("registering a lesson", p95(times), "ms p95")

    def completions(self, count: int) -> Iterator[Any]:
        """So many lessons completed today, each when it is asked for, by people who had not completed them."""
        from courses.models import OutlineVersion
        from lms.learning.models import LessonCompletion
        from lms.people.models import Post

        outlines = list(OutlineVersion.objects.all())
        people = Post.objects.on(self.today).order_by("?").values_list("person_id", flat=True)[: 2 * count]
        found = 0
        for number, person_id in enumerate(dict.fromkeys(people)):
            outline = outlines[number % len(outlines)]
            known = set(LessonCompletion.objects.filter(person=person_id).values_list("lesson_key", flat=True))
            fresh = [one for one in outline.lessons if one["translation_key"] not in {str(key) for key in known}]
            if fresh and found < count:
                found += 1
                yield LessonCompletion.objects.create(
                    person_id=person_id,
                    lesson_key=fresh[0]["translation_key"],
                    page_id=fresh[0]["page_id"],
                    outline_version=outline,
                    rule=fresh[0]["rule"],
                    completed_at=self.at,
                    decoded_seconds=fresh[0]["decoded_seconds"],
                )

    def assess(self, when: str = "") -> None:
        from lms.credits.domain.reassessing import ask_for_reassessment, go_on

        run = ask_for_reassessment(at=self.at)
        begun = time.perf_counter()
        go_on(run.pk, at=self.at)
        seconds = time.perf_counter() - begun
        run.refresh_from_db()
        say(f"reassessing everybody{when}", run.done / seconds, "people/s", people=run.done, seconds=round(seconds, 1))

    def while_writing(self, seconds: int) -> None:
        """Measure what officers open while others write and fold, in processes of their own.

        No worker runs, so standings are left as they were: whoever compares them with facts assesses first.
        """
        from django.utils import timezone

        from lms.reports.overview.figures import figures_of, freshness_of, trend_of

        folding = [sys.executable, "manage.py", "fold_figures", "--every", "1"]
        writing = [sys.executable, "-m", "tests.bench.province", "--write", str(seconds)]
        times: dict[str, list[float]] = {}
        late: list[float] = []
        self.fold()  # what was registered above waits since then
        with subprocess.Popen(folding, cwd=ROOT) as folder, subprocess.Popen(writing, cwd=ROOT) as writer:
            while writer.poll() is None:
                for level in self.levels:
                    place, today = self.roles[level].org.division, self.inquiry(level, self.today)
                    late.append((timezone.now() - freshness_of(today).facts_up_to).total_seconds())
                    begun = time.perf_counter()
                    total = figures_of(today, place).total
                    middle = time.perf_counter()
                    trend_of(today, place, total)
                    for name, spent in (
                        ("figures of today", middle - begun),
                        ("trend of the year", time.perf_counter() - middle),
                        ("both", time.perf_counter() - begun),
                    ):
                        times.setdefault(f"{name}, {level}", []).append(spent * 1000)
                time.sleep(0.2)
            folder.terminate()
        for name, each in times.items():
            say(f"{name}, while writing", p95(sorted(each)), "ms p95", times=len(each))
        say("how late the figures were, while writing", p95(sorted(late)), "s p95", most=round(max(late), 1))
        begun = time.perf_counter()
        people = self.fold()
        say("folding what was left", time.perf_counter() - begun, "s", people=people)

    def write(self, seconds: int) -> None:
        """Complete lessons one after the other for so long; half way, everything else happens."""
        from lms.credits.domain.registering import register_credit

        count = COMPLETIONS_A_SECOND * seconds
        begun, done = time.monotonic(), 0
        for number, completion in enumerate(self.completions(count)):
            time.sleep(max(begun + number / COMPLETIONS_A_SECOND - time.monotonic(), 0))
            register_credit(completion, at=self.at)
            done += 1
            if number == count // 2:
                self.upheaval()
            if time.monotonic() - begun > 2 * seconds:
                break
        say("completions registered while measuring", done / (time.monotonic() - begun), "a second", completions=done)

    def upheaval(self) -> None:
        """Entries are taken back, people move to another unit, a town is merged, a requirement changes."""
        from django.db import transaction

        from lms.credits.domain.appending import lock_chain
        from lms.credits.domain.correcting import append_reversal
        from lms.credits.models import CreditLedgerEntry, CreditRequirement
        from lms.people.enums import DivisionLevel
        from lms.people.models import Division, Org, Person, Post

        people = Person.objects.count()
        entries = CreditLedgerEntry.objects.filter(counts=True, reversal__isnull=True, kind="external")
        for entry in entries.order_by("?")[: min(REVERSED, people // 100)]:
            with transaction.atomic():
                append_reversal(lock_chain(entry.person_id), entry, reason="基准", by=None, at=self.at)
        units = list(Org.objects.filter(division__level=DivisionLevel.COUNTY)[:20])
        moved = Post.objects.on(self.today).order_by("?")[: min(MOVED, people // 100)]
        for number, post in enumerate(list(moved)):
            Post.objects.filter(pk=post.pk).update(active_to=max(self.today, post.active_from))
            post.pk, post.active_from, post.org = None, self.today, units[number % len(units)]
            post.save()
        towns = list(Division.objects.filter(level=DivisionLevel.TOWNSHIP).order_by("code")[:2])
        if len(towns) == 2:
            Division.objects.filter(pk=towns[1].pk).update(active_to=self.today, successor=towns[0])
        requirement = CreditRequirement.objects.filter(category="online_self_study").first()
        if requirement is not None:
            requirement.hours -= 5
            requirement.save()

    def fold(self) -> int:
        from django.utils import timezone

        from lms.reports.rollups.folding import fold_all

        return fold_all(at=timezone.now())

    def faults(self) -> int:
        """How many figures differ from a recount; the whole province is compared share by share."""
        from lms.reports.overview.counting import count_place, count_trend
        from lms.reports.overview.figures import figures_of, trend_of
        from lms.reports.rollups.rebuilding import differences

        found = list(differences())
        level = self.levels[-1]
        place = self.roles[level].org.division
        for days in (0, 40):
            inquiry = self.inquiry(level, self.today - timedelta(days=days))
            read, counted = figures_of(inquiry, place), count_place(inquiry, place)
            if read != counted:
                found.append(f"{days} days ago: {read} instead of {counted}")
        today = self.inquiry(level, self.today)
        drawn, recounted = trend_of(today, place, figures_of(today, place).total), count_trend(today, place)
        if drawn != recounted:
            found.append(f"trend: {drawn} instead of {recounted}")
        for one in found[:10]:
            print(one, file=sys.stderr)
        count = len(found)
        say("figures that differ from a recount", count, "figures")
        return count


def analyze() -> None:
    """As a server does by itself; nobody does so on SQLite."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def start() -> None:
    import django

    django.setup()


def measure(*, people: int, seconds: int, kept: bool) -> int:
    from django.core.management import call_command

    if not kept:
        call_command("migrate", verbosity=0)
        begun = time.perf_counter()
        call_command("make_synthetic_province", people=people, stdout=sys.stderr)
        say("making", people / (time.perf_counter() - begun), "people/s", people=people)
    province = Province()
    begun, busy = time.perf_counter(), time.process_time()
    counted = province.fold()
    if counted:
        spent = (time.process_time() - busy) * 1000 / counted
        took = time.perf_counter() - begun
        say("counting everybody", counted / took, "people/s", people=counted, python_ms_a_person=round(spent, 2))
    analyze()
    province.pages()
    province.record()
    province.register()
    if kept:
        return 0
    province.assess()
    analyze()
    province.while_writing(seconds)
    province.assess(", after writing")
    analyze()
    province.pages(", after writing")
    province.record(", after writing")
    return 1 if province.faults() else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--kept", action="store_true", help="measure the province that is there, and write almost nothing"
    )
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"how many to make ({PEOPLE})")
    parser.add_argument("--seconds", type=int, default=20, help="how long others write (20)")
    parser.add_argument("--write", type=int, metavar="SECONDS", help="be the other who writes")
    options = parser.parse_args()
    os.environ["DEMO"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings.dev"
    if options.write or options.kept:
        start()
        if options.kept:
            return measure(people=0, seconds=0, kept=True)
        Province().write(options.write)
        return 0
    with database() as address:
        os.environ["DATABASE_URL"] = address
        start()
        code = measure(people=options.people, seconds=options.seconds, kept=False)
        from django.db import connections

        connections.close_all()
        return code


if __name__ == "__main__":
    sys.exit(main())
