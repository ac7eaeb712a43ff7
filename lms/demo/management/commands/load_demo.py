"""manage.py load_demo: the fictional province, as far as it must stand before the site opens."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from courses.models import LessonPage
from lms.credits.domain.adopting import adopt_rule
from lms.credits.models import CreditRule
from lms.demo.clock import moved_to
from lms.demo.domain.moments import moments
from lms.demo.domain.people import PARTY_SCHOOL, VOCATIONAL, fill_villages, make_cast, person_of
from lms.demo.domain.places import Places, make_places, province
from lms.demo.domain.questions import write_questions
from lms.demo.domain.recordings import all_recordings, receive
from lms.lib.durations import beijing_day
from media.models import Video

# Which organisation provides which tracks.
TRACKS = {
    VOCATIONAL: ["phone_skills", "ecommerce", "livestream_selling"],
    PARTY_SCHOOL: ["digital_governance"],
}


class Command(BaseCommand):
    help = "Make the demo's places, people and course outline, and hand the recordings to the media worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", nargs="*", metavar="LESSON", help="receive only these recordings, by lesson code")

    def handle(self, *args: Any, **options: Any) -> None:
        recordings = [one for one in all_recordings() if not options["only"] or one.code in options["only"]]
        titles = dict(LessonPage.objects.filter(code__in=[one.code for one in recordings]).values_list("code", "title"))
        known = set(Video.objects.filter(title__in=titles.values()).values_list("title", flat=True))
        if titles and {titles.get(one.code) for one in recordings} <= known:
            self.stdout.write("The demo world is already there.")
            return
        now = moments()
        self.say("places and organisations")
        places = make_places()
        self.say("accounts")
        make_cast(places, now)
        self.say("rules for credit hours")
        self.set_rules(places, now.settled)
        self.say("course outline")
        with moved_to(now.settled):
            for (kind, code), tracks in TRACKS.items():
                org = places.org_of(kind, places.divisions[code])
                call_command("load_outline", org=org.code, track=tracks, verbosity=0)
        self.say("questions for checks, quizzes and exams")
        write_questions(by=person_of("trainer"), at=now.settled)
        self.say("people of the villages")
        count = fill_villages(places, now)
        self.stdout.write(f"  {count} people")
        trainer = person_of("trainer")
        for number, recording in enumerate(recordings, start=1):
            lesson = LessonPage.objects.get(code=recording.code)
            self.say(f"recording {number} of {len(recordings)}: {lesson.title}")
            if lesson.title not in known:
                receive(recording, title=lesson.title, org=lesson.org, by=trainer, at=now.published)

    def say(self, words: str) -> None:
        self.stdout.write(f"Demo world: {words} …")
        self.stdout.flush()

    def set_rules(self, places: Places, at: Any) -> None:
        """The presets, and the rule of Yunnan put in force for the whole province from the year's first day."""
        call_command("load_credit_rules", verbosity=0)
        region, since = province()["province"]["code"], date(beijing_day(at).year - 1, 1, 1)
        if not CreditRule.objects.filter(code="yn_2024", region_code=region).exists():
            preset = CreditRule.objects.filter(code="yn_2024", region_code="", authority=None).latest("active_from")
            adopt_rule(preset, region_code=region, active_from=since, at=at)
