"""All courses on one page, with filters that stand in the address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from courses.domain.filtering import Filter
from courses.queries import tracks_on_show


def catalogue(request: HttpRequest) -> HttpResponse:
    """Courses by track, for whom, level and length. What the address says that is no choice of ours is passed over."""
    entries = tracks_on_show(timezone.now())
    chosen = Filter.read(request.GET, tracks=[entry.track for entry in entries])
    shown = chosen.of(entries)
    found = sum(len(entry.courses) for entry in shown)
    return render(
        request,
        "courses/catalogue.html",
        {
            "shown": shown,
            "found": found,
            "chosen": chosen,
            "made": chosen.made(request.GET),
            "tracks": [entry.track for entry in entries],
            "audiences": chosen.audiences_in(entries),
            "levels": chosen.levels_in(entries),
            "lengths": Filter.LENGTHS,
        },
    )
