"""Keeping, naming and deleting saved views; each is its owner's alone."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.people.models import Person
from lms.reports.models import SavedView

MOST_VIEWS = 50


class ViewRefused(ValueError):
    """The view cannot be kept; the text says why and what to do."""


def keep_view(person: Person, *, name: str, page: str, query: str, at: datetime) -> SavedView:
    """Keep the filters of a page under a name; a name she has used already gets the new filters.

    Raises ViewRefused where she has `MOST_VIEWS` of them.
    """
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        known = SavedView.objects.filter(person=person, name=name).first()
        if known is None and SavedView.objects.filter(person=person).count() >= MOST_VIEWS:
            raise ViewRefused(_("You have %(most)s saved views. Delete one first.") % {"most": MOST_VIEWS})
        view = known or SavedView(person=person, name=name)
        view.page, view.query, view.saved_at = page, query, at
        view.save()
    return view


def rename_view(view: SavedView, *, name: str) -> None:
    """Give the view another name. Raises ViewRefused where another of hers has it."""
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=view.person_id)
        if SavedView.objects.filter(person=view.person_id, name=name).exclude(pk=view.pk).exists():
            raise ViewRefused(_("Another of your saved views has this name."))
        view.name = name
        view.save(update_fields=["name"])


def forget_views(*, dry_run: bool = False) -> int:
    """Delete the views of closed accounts; how many."""
    over = SavedView.objects.filter(person__closed_at__isnull=False)
    return over.count() if dry_run else over.delete()[0]
