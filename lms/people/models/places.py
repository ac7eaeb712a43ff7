"""Places and the organisations that sit in them."""

from collections.abc import Collection, Iterable
from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.ids import public_code
from lms.lib.retention import Retention
from lms.people.enums import LEVEL_DIGITS, DivisionLevel, OrgKind
from lms.people.models.dated import Dated

# How many times in a row a place may have been merged or renumbered and still be followed to its successor.
SUCCESSIONS = 3
# For select_related: what a place became; the place of a unit, and what that became.
SUCCESSORS = "__".join(["successor"] * SUCCESSIONS)
DIVISIONS = f"division__{SUCCESSORS}"


class Division(Dated):
    """行政区划: a dated 12-digit code, a string. Merged ones keep their row, an end and a successor."""

    RETENTION = Retention("saying where somebody belongs", until="never", days=None, basis="public data")

    code = models.CharField(_("code"), max_length=12, unique=True, validators=[RegexValidator(r"^\d{12}$")])
    name = models.CharField(_("name"), max_length=80)
    level = models.CharField(_("level"), max_length=12, choices=DivisionLevel.choices)
    parent = models.ForeignKey(
        "self", verbose_name=_("lies in"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    successor = models.ForeignKey(
        "self", verbose_name=_("became"), null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    class Meta(Dated.Meta):
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["code"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(name="people_division_code", condition=Q(code__regex=r"^[0-9]{12}$")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code_prefix(self) -> str:
        """The digits of the code that name this place; every place inside begins with them."""
        return self.code[: LEVEL_DIGITS[DivisionLevel(self.level)]]

    @property
    def full_name(self) -> str:
        """From the province down, as on an envelope."""
        return (self.parent.full_name if self.parent else "") + self.name

    def current(self, on: date) -> "Division":
        """This place, or what it had become by the day."""
        place = self
        for _step in range(SUCCESSIONS):
            if place.active_to is None or place.active_to > on or place.successor is None:
                break
            place = place.successor
        return place

    def contains(self, other: "Division") -> bool:
        return other.code.startswith(self.code_prefix)


def in_place(place: Division, on: date, path: str = "division") -> Q:
    """The condition that the division reached over `path` lies in `place` on the day.

    A division that ended before the day counts where its successor lies, so that after a merger nobody is
    lost and nobody is seen by two. Compares code ranges, which an index serves on every database.
    """
    return in_places([place], on, path)


def in_places(places: Iterable[Division], on: date, path: str = "division") -> Q:
    """The same for any of several places."""
    return under_prefixes({place.current(on).code_prefix for place in places}, on, path)


def under_prefixes(prefixes: Collection[str], on: date, path: str) -> Q:
    """The same for places that are known by the first digits of their codes.

    The few divisions that became others are a question of their own, which a database answers once: looked for by
    joins, of every row, they made the plans of all lists deep, and slow where it knew little of its tables.
    """
    if not prefixes:
        return Q(pk__in=[])
    return _lies_under(prefixes, on, path) | Q(**{f"{path}__in": _became_under(prefixes, on)})


def _became_under(prefixes: Collection[str], on: date) -> "models.QuerySet[Division, int]":
    """Divisions that ended by the day and whose successor lies there on it."""
    condition, ended, path = Q(), Q(active_to__lte=on), "successor"
    for _step in range(SUCCESSIONS):
        condition |= ended & _lies_under(prefixes, on, path)
        ended &= Q(**{f"{path}__active_to__lte": on})
        path = f"{path}__successor"
    return Division.objects.filter(condition, successor__isnull=False).order_by().values_list("pk", flat=True)


def _lies_under(prefixes: Collection[str], on: date, path: str) -> Q:
    """The division has such a code, and has become no other by the day."""
    lies = Q()
    for prefix in sorted(prefixes):
        lies |= Q(**{f"{path}__code__gte": prefix.ljust(12, "0"), f"{path}__code__lte": prefix.ljust(12, "9")})
    goes_on = (
        Q(**{f"{path}__active_to__isnull": True})
        | Q(**{f"{path}__active_to__gt": on})
        | Q(**{f"{path}__successor__isnull": True})
    )
    return lies & goes_on


def is_or_became(path: str, codes: Collection[str]) -> Q:
    """The condition that the division reached over `path` has one of the codes, or became one that has, on any day."""
    condition = Q()
    for _step in range(SUCCESSIONS + 1):
        condition |= Q(**{f"{path}__code__in": codes})
        path = f"{path}__successor"
    return condition


def new_org_code() -> str:
    return public_code(8)


class Org(Dated):  # type: ignore[django-manager-missing]  # courses points here with Wagtail's managers
    """单位: an organisation sits in a place; it is not the place."""

    RETENTION = Retention("saying who teaches and who is responsible", until="never", days=None, basis="public data")

    code = models.CharField(_("code"), max_length=32, unique=True, default=new_org_code)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=32, choices=OrgKind.choices)
    division = models.ForeignKey(Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="orgs")

    class Meta(Dated.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["division__code", "name"]

    def __str__(self) -> str:
        return self.name
