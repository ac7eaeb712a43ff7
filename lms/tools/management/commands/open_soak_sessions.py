"""`manage.py open_soak_sessions N`: sign N learners of the demo world in, for `make soak`."""

import json
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses.models import LessonPage
from courses.policies import can_play
from lms.people.models import Person


class Command(BaseCommand):
    help = "Print session cookies of learners of the demo world and the lessons they may play, as JSON. Demo only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int)

    def handle(self, *, count: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This signs people in without a code; it works in the demo world only (DEMO=1).")
        at = timezone.now()
        learners = list(Person.objects.filter(is_active=True, roles__isnull=True).order_by("pk")[:count])
        lessons = [
            {"id": lesson.pk, "url": lesson.url, "seconds": lesson.video.decoded_seconds}
            for lesson in LessonPage.objects.live().filter(video__isnull=False).select_related("video")
            if learners and can_play(learners[0], lesson, at)
        ]
        cookies = [self.sign_in(person) for person in learners]
        self.stdout.write(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "keys": cookies, "lessons": lessons}))

    def sign_in(self, person: Person) -> str:
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        return str(session.session_key)
