"""The short answers of the help page, and which of them answer a question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from search.backends import analysis
from search.queries.understanding import Question

# Of what the words of a question tell, so much must stand in a topic.
ANSWERS_FROM = 0.6
MOST_TOPICS = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """A question that people ask and its answer. `leads_to`: the name of an address that helps further."""

    code: str
    question: Promise
    answer: Promise
    leads_to: str = ""
    leads_to_text: Promise | str = ""


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: Promise
    topics: tuple[Topic, ...]


SECTIONS = (
    Section(
        "learning",
        _("Learning"),
        (
            Topic(
                "cost",
                _("Does it cost anything?"),
                _(
                    "No. Lessons and certificates are free. Only your phone’s own data are used; with a wireless "
                    "network it costs nothing at all."
                ),
            ),
            Topic(
                "data",
                _("How do I use less data?"),
                _(
                    "Press “Only listen” below the picture: sound alone needs a small part of the data. Quality "
                    "follows your network by itself. In the settings you can have all lessons save data."
                ),
                "people:settings",
                _("Settings"),
            ),
            Topic(
                "stops",
                _("The picture stops. What now?"),
                _(
                    "Wait a moment or press play again. Where the network is weak, choose “Only listen”. What you "
                    "watched without network is kept on the phone and counted later."
                ),
            ),
            Topic(
                "not-counted",
                _("Why did a part not count?"),
                _(
                    "A part counts when it was really played, one lesson at a time. Under “My learning” each part "
                    "that did not count stands with its reason; you can watch it again or appeal."
                ),
            ),
            Topic(
                "not-understood",
                _("I did not understand it, or something is wrong in it."),
                _(
                    "Below each lesson you can say so, in one press or in your own words. The teacher reads it and "
                    "answers under “My learning”."
                ),
            ),
        ),
    ),
    Section(
        "signing-in",
        _("Signing in"),
        (
            Topic(
                "code",
                _("The code does not come."),
                _(
                    "Wait a minute and ask for a new one. Look whether the number is right and whether the phone has "
                    "a signal. The newest message counts."
                ),
            ),
            Topic(
                "new-number",
                _("I have a new number."),
                _(
                    "With the old phone at hand: “My account”, “Change my number”. Without it: your village helper "
                    "changes it while you sit beside her."
                ),
            ),
            Topic(
                "one-phone",
                _("Several of us use one phone."),
                _(
                    "Each signs in with the number once and keeps her name on the phone, with a picture. After that "
                    "everybody presses her own picture."
                ),
                "people:settings",
                _("Settings"),
            ),
            Topic(
                "lost",
                _("My phone is lost."),
                _(
                    "Sign in on another phone and press “Sign out everywhere else” in the settings, or ask your "
                    "village helper to change your number: that ends it, too."
                ),
            ),
        ),
    ),
    Section(
        "reading",
        _("Reading and seeing"),
        (
            Topic(
                "letters",
                _("The letters are too small."),
                _(
                    "Press “Large print” at the top; then choose large, larger or largest. The font size of your "
                    "phone and of WeChat counts as well."
                ),
            ),
            Topic(
                "aloud",
                _("I do not read well."),
                _(
                    "Every lesson is spoken, and where text stands, “Read aloud” reads it to you. Each button has a "
                    "picture beside its words, and quizzes can be done together with your helper."
                ),
            ),
        ),
    ),
)


def topics_for(question: Question) -> list[Topic]:
    """The topics that hold most of what the question names, the best first: better in what they ask than below it."""
    words = question.telling
    total = sum(word.weight for word in words)
    if not total:
        return []
    ways = [(word.text, *word.same, *(other.text for other in word.others)) for word in words]
    found = []
    for topic, asked, told in _texts():
        # What only means the same must stand in what a topic asks: 不收钱 does not tell about 收款码.
        asking = [any(way in asked for way in each) for each in ways]
        telling = [is_asked or word.text in told for is_asked, word in zip(asking, words, strict=True)]
        shares = [
            sum(word.weight for is_held, word in zip(held, words, strict=True) if is_held) / total
            for held in (asking, telling)
        ]
        if shares[1] >= ANSWERS_FROM:
            found.append((sum(shares), topic))
    found.sort(key=lambda each: -each[0])
    return [topic for _share, topic in found[:MOST_TOPICS]]


@cache
def _texts() -> list[tuple[Topic, str, str]]:
    """Each topic, what it asks and what it tells as a question is read, in every language of the site."""
    return [
        (topic, _in_every_language(topic.question), _in_every_language(topic.answer))
        for section in SECTIONS
        for topic in section.topics
    ]


def _in_every_language(text: Promise) -> str:
    said = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said.append(analysis.normalised(str(text)))
    return " ".join(said)
