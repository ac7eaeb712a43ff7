"""What of a lesson goes along with an offline package: all that a phone needs to show and play it without network."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.crypto import salted_hmac
from wagtail.images.shortcuts import get_rendition_or_not_found

from courses.enums import LessonKind
from courses.models.videoquestions import questions_in_video
from lms.learning.domain.addresses import addresses_of
from lms.learning.domain.sitting import NoQuiz, NotNow, open_sitting
from lms.learning.frame import files_of
from lms.learning.models import OfflinePackage, QuizSitting
from lms.people.models import Person

FILM = "lesson.mp4"
POSTER = "poster.jpg"
QUIZ = "quiz/"
PRACTICE = "practice.json"
# Of pictures in the text: what a phone shows sharp. The template asks for the same.
PICTURE = "max-800x800|format-webp"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a phone fetches, and what it calls it beneath the address of the kept lesson."""

    name: str
    address: str


def carry(package: OfflinePackage, *, at: datetime) -> list[Part]:
    """What is to be fetched, the recording last: whoever has no room learns it before paying for the largest part.

    A quiz is sealed: its sitting is opened now, its questions travel without their keys, and the answers are marked
    when they come back. An exam is taken with network, and so is a quiz that is closed to her just now.
    """
    signed = addresses_of(package.video, at=at)
    parts = [Part("", reverse("learning:package_page", args=[package.code]))]
    scripts = ["site.js", "keptlesson.js", "aloud.js"]
    sitting = _sealed(package, at=at)
    if sitting:
        scripts.append("answering.js")
        parts.append(Part(QUIZ, reverse("learning:package_quiz", args=[package.code])))
        parts += [Part(kept_name(address), address) for address in media_of(sitting)]
    if has_practice(package):
        parts.append(Part(PRACTICE, reverse("learning:package_practice", args=[package.code])))
    files = files_of(*scripts, more=("quiz.css",) if sitting else ())
    parts += [Part(f"static/{name}", address) for name, address in files.items()]
    if signed["poster"]:
        parts.append(Part(POSTER, signed["poster"]))
    parts += [Part(captions_name(track), track["url"]) for track in signed["captions"]]
    parts += [Part(picture_name(address), address) for address in pictures_of(package)]
    return [*parts, Part(FILM, signed["offline"])]


def has_practice(package: OfflinePackage) -> bool:
    """Whether the recording has questions that learners can be asked."""
    return bool(questions_in_video(package.page))


def mark_of(person: Any) -> str:
    """By this a phone tells whose a kept lesson is, without knowing who that is."""
    return salted_hmac("learning.kept", str(person.pk)).hexdigest()[:16] if isinstance(person, Person) else ""


def captions_name(track: dict[str, Any]) -> str:
    return f"captions/{track['language']}.vtt"


def pictures_of(package: OfflinePackage) -> list[str]:
    """Where the pictures in the lesson's text lie."""
    pictures = [block.value for block in package.page.body if block.block_type == "image" and block.value]
    found = [get_rendition_or_not_found(picture, PICTURE) for picture in pictures]
    return [rendition.url for rendition in found if rendition.file.name != "not-found"]


def picture_name(address: str) -> str:
    return f"pictures/{address.rpartition('/')[2]}"


def kept_name(address: str) -> str:
    """How a phone calls what belongs to a question."""
    return address.removeprefix(reverse("learning:mine"))


def media_of(sitting: QuizSitting) -> list[str]:
    """Where the pictures and sounds of its questions lie."""
    return [
        reverse(f"learning:{route}", args=[sitting.code, item["id"]])
        for item in sitting.paper
        for field, route in (("image", "quiz_picture"), ("audio", "quiz_sound"))
        if item[field]
    ]


def sealed_sitting(package: OfflinePackage) -> QuizSitting | None:
    """The person's open sitting that goes along, if there is one."""
    if package.page.quiz_id is None or package.page.kind == LessonKind.EXAM:
        return None
    return QuizSitting.objects.of(package.person).filter(lesson_key=package.lesson_key, closed_at=None).first()


def _sealed(package: OfflinePackage, *, at: datetime) -> QuizSitting | None:
    if package.page.quiz_id is None or package.page.kind == LessonKind.EXAM:
        return None
    try:
        return open_sitting(package.person, package.page, at=at)
    except (NoQuiz, NotNow):
        return None
