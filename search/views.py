"""The page of results, and what a question that is being typed may become."""

from functools import partial
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from courses.domain.filtering import Filter
from courses.models import CataloguePage
from lms.people.backends.addresses import client_address
from search.backends.asking import LONGEST_QUESTION
from search.domain.missing import is_a_bot, write_down
from search.queries.examples import examples_that_find
from search.queries.finding import Found, FoundCourse, find
from search.queries.help_topics import topics_for
from search.queries.narrowing import Choices, choices_named
from search.queries.suggesting import suggestions
from search.queries.within import starts_within

# Several people may type behind one address; whoever asks more often is no person.
SUGGESTIONS_A_MINUTE = 240


def asked_in(request: HttpRequest) -> str:
    """What is asked in ?q=…: one line of what can be printed, no longer than anybody asks."""
    typed = request.GET.get("q", "")[:LONGEST_QUESTION]
    return " ".join("".join(each if each.isprintable() else " " for each in typed).split())


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What was found for ?q=…; without words, an invitation to type some. Choices stand in the address."""
    asked, at = asked_in(request), timezone.now()
    tracks = list(CataloguePage.objects.live().order_by("path")) if asked else []
    chosen = Filter.read(request.GET, tracks=tracks)
    found = find(asked, person=request.user, at=at, chosen=chosen if chosen.is_set else None)
    topics = topics_for(found.question)
    sure, maybe = parted(found)
    choices = choices_named(tracks) if sure or maybe or chosen.is_set else Choices([], [])
    context: dict[str, Any] = {
        "asked": asked,
        "found": found,
        "sure": sure,
        "maybe": maybe,
        "topics": topics,
        "chosen": chosen,
        "made": chosen.made(request.GET, tracks),
        "tracks": tracks,
        "audiences": choices.audiences,
        "levels": choices.levels,
        "lengths": Filter.LENGTHS,
        "examples": [] if sure else examples_that_find(),
    }
    response = render(request, "search/results.html", context)
    is_missed = asked and not sure and not topics and not chosen.is_set
    if is_missed and request.method == "GET" and not is_a_bot(request.headers.get("User-Agent", "")):
        # Run when the page has gone out: nobody waits for it.
        after = partial(write_down, asked, address=client_address(request), at=at)
        response._resource_closers.append(after)  # type: ignore[attr-defined]  # what Django itself closes files by
    return response


def parted(found: Found) -> tuple[list[FoundCourse], list[FoundCourse]]:
    """What answers for sure, and what may only have to do with the question, each by course, the best first."""
    sure, maybe = [], []
    for entry in found.courses:
        best = max((hit.standing.score for hit in entry.lessons), default=0.0)
        answers_itself = entry.score > best
        certain = [hit for hit in entry.lessons if hit.is_sure]
        if certain or answers_itself:
            sure.append(FoundCourse(entry.course, certain, entry.score))
        if rest := [hit for hit in entry.lessons if not hit.is_sure]:
            maybe.append(FoundCourse(entry.course, rest, rest[0].standing.score))
    return sure, maybe


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """JSON for ?q=…: {"words": [text], "lessons": [{"title", "url"}]}, eight in all; 429 for who asks too often."""
    if not _may_ask(client_address(request)):
        return JsonResponse({"words": [], "lessons": []}, status=429, headers={"Retry-After": "60"})
    found = suggestions(asked_in(request), person=request.user, at=timezone.now())
    lessons = [{"title": lesson.title, "url": lesson.get_url(request)} for lesson in found.lessons]
    response = JsonResponse({"words": found.words, "lessons": lessons})
    # Whose it is decides what stands in it.
    patch_cache_control(response, private=True, max_age=60)
    return response


@require_safe
def within(request: HttpRequest, lesson: int) -> HttpResponse:
    """JSON for ?q=…: {"starts": [ms]} of the lines of a lesson that say it; 429 for who asks too often."""
    if not _may_ask(client_address(request)):
        return JsonResponse({"starts": []}, status=429, headers={"Retry-After": "60"})
    starts = starts_within(lesson, asked_in(request), person=request.user, at=timezone.now())
    if starts is None:
        raise Http404
    response = JsonResponse({"starts": starts})
    patch_cache_control(response, private=True, max_age=60)
    return response


def _may_ask(address: str) -> bool:
    """Counted in this process alone: the limit keeps a script from filling a worker, it guards no secret."""
    key = f"search.suggest.{address}.{timezone.now():%H%M}"
    cache.add(key, 0, 90)
    try:
        return cache.incr(key) <= SUGGESTIONS_A_MINUTE
    except ValueError:  # it was thrown out this very moment
        return True
