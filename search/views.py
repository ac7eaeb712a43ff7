"""The page of results."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from search.queries import MAX_LENGTH, find, words_of


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What was found for ?q=…; without words, an invitation to type some."""
    words = words_of(request.GET.get("q", ""))
    asked = " ".join(words)
    found = find(asked, person=request.user, at=timezone.now())
    return render(request, "search/results.html", {"asked": asked, "found": found, "max_length": MAX_LENGTH})
