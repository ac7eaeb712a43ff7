"""manage.py grow_demo: while the site is up, the recordings become lessons and the people learn."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from courses.models import LessonPage
from lms.demo.domain.assigning import assign_courses
from lms.demo.domain.cast_history import tell_cast_history
from lms.demo.domain.desk_history import tell_desk_history
from lms.demo.domain.halls import hold_screenings
from lms.demo.domain.history import live, plan
from lms.demo.domain.moments import moments
from lms.demo.domain.people import person_of
from lms.demo.domain.publishing import NotPublishable, publish_lesson, publish_without_recording
from lms.demo.domain.recordings import Recording, all_recordings
from lms.demo.domain.voices import speak
from lms.people.enums import ReviewStep
from lms.people.models import Person
from media.enums import VideoStatus
from media.models import Video

LOOK_EVERY_SECONDS = 1
SAY_EVERY = 50


def reviewers() -> dict[str, Person]:
    """The cast's reviewers by step."""
    return {step: person_of(f"reviewer_{step}") for step in ReviewStep.values}


class Command(BaseCommand):
    help = "Wait for the demo's recordings, approve captions, bring the lessons through review, and let people learn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--minutes", type=int, default=30, help="give up waiting for recordings after so long")
        parser.add_argument("--no-history", action="store_true", help="publish the lessons only")

    def handle(self, *args: Any, **options: Any) -> None:
        self.publish_all(deadline=time.monotonic() + options["minutes"] * 60)
        publish_without_recording(
            by=person_of("trainer"), reviewers=reviewers(), at=moments().published + timedelta(hours=3)
        )
        if not options["no_history"]:
            self.let_people_learn()
        self.stdout.write("Demo world: complete.")

    def publish_all(self, *, deadline: float) -> None:
        """Publish each lesson as soon as its recording is ready, in the order of readiness."""
        lessons = {page.code: page for page in LessonPage.objects.filter(code__in=[r.code for r in all_recordings()])}
        waiting = {code: page for code, page in lessons.items() if not page.live}
        total, at = len(lessons), moments().published
        while waiting:
            videos = {
                video.title: video for video in Video.objects.filter(title__in=[p.title for p in waiting.values()])
            }
            for code, page in list(waiting.items()):
                video = videos.get(page.title)
                if video is None or (video.status == VideoStatus.FAILED and video.failure_permanent):
                    del waiting[code]
                    self.stderr.write(f"Demo world: the recording of {page.title} cannot be prepared.")
                elif video.is_ready:
                    self.publish(Recording(code), video, at=at + timedelta(minutes=10 * (total - len(waiting))))
                    del waiting[code]
                    self.say(f"lesson {total - len(waiting)} of {total} is online: {page.title}")
            if waiting and time.monotonic() > deadline:
                raise CommandError("The recordings were not ready in time. Is the media worker running?")
            if waiting:
                time.sleep(LOOK_EVERY_SECONDS)

    def publish(self, recording: Recording, video: Video, *, at: Any) -> None:
        try:
            publish_lesson(recording, video, by=person_of("trainer"), reviewers=reviewers(), at=at)
        except NotPublishable as refusal:
            raise CommandError(f"{recording.code}: {refusal}") from refusal

    def let_people_learn(self) -> None:
        sittings = plan(moments())
        for done in live(sittings):
            if done % SAY_EVERY == 0 or done == len(sittings):
                self.say(f"{done} of {len(sittings)} people's sittings")
        tell_cast_history(moments())
        self.say("the desks: last year closed, hours from elsewhere, a roster, an exemption, claims, certificates")
        tell_desk_history(moments())
        hold_screenings(moments())
        self.say("group viewings in a village hall")
        speak(moments())
        self.say("appeals, questions and self-assessments")
        assign_courses(moments())
        self.say("assigned courses and a reminder")

    def say(self, words: str) -> None:
        self.stdout.write(f"Demo world: {words}")
        self.stdout.flush()
