"""Which pages must not be deleted, because facts hang on them."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from courses.models import OutlineVersion, Takedown

Blocker = Callable[[list[Page]], list[str]]
_blockers: list[Blocker] = []


def register_blocker(blocker: Blocker) -> None:
    """Let a higher floor name reasons (a function of the pages and all below them) against deleting pages."""
    if blocker not in _blockers:
        _blockers.append(blocker)


def deletable(pages: Iterable[Page]) -> list[str]:
    """The reasons why these pages, and all below them, may not be deleted; empty when they may."""
    doomed: dict[int, Page] = {}
    for page in pages:
        doomed.update({each.pk: each for each in page.get_descendants(inclusive=True)})
    reasons = []
    if OutlineVersion.objects.filter(course__in=doomed).exists():
        reasons.append(str(_("The course has been published before. Unpublish it instead; its history is kept.")))
    if Takedown.objects.filter(page__in=doomed).exists():
        reasons.append(str(_("A page was taken down before; the record of that is kept.")))
    for blocker in _blockers:
        reasons += blocker(list(doomed.values()))
    return reasons
