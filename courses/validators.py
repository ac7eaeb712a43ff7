"""What must be true before learners see a page, as far as other apps add to it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from wagtail.models import Page

_conditions: list[Callable[[Any], list[str]]] = []


class NotPublishable(Exception):
    """The page may not be shown to learners yet; `reasons` are sentences for its editor."""

    def __init__(self, page: "Page", reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.page = page
        self.reasons = reasons

    @property
    def sentence(self) -> str:
        """What to tell the editor, in one paragraph."""
        return _("%(page)s cannot be published yet. %(reasons)s") % {
            "page": self.page,
            "reasons": " ".join(self.reasons),
        }


class StandsStill(NotPublishable):
    """The page is under review: its text stands still, for what three persons approve is what goes online."""

    told = gettext_lazy(
        "Nothing was changed: the page is under review, and its text stands still until it is approved or sent back. "
        "Whoever reviews it sends it back with a comment that says what to change."
    )

    def __init__(self, page: "Page") -> None:
        super().__init__(page, [str(self.told)])

    @property
    def sentence(self) -> str:
        return str(self.told)


def register_condition(condition: Callable[[Any], list[str]]) -> None:
    """Let a higher floor add reasons (a function of the page) why a course or lesson may not be published."""
    if condition not in _conditions:
        _conditions.append(condition)


def registered_reasons(page: "Page") -> list[str]:
    """The reasons of every registered condition."""
    return [reason for condition in _conditions for reason in condition(page)]
