"""Persons: one row for whoever learns, teaches or looks after the site."""

from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.lib.ids import public_code
from lms.lib.retention import Retention
from lms.people.enums import LearnerCategory

LOGIN_CODE_LENGTH = 8


def new_login_code() -> str:
    """An opaque code to sign in with: no name, phone or place can be read from it."""
    return public_code(LOGIN_CODE_LENGTH)


class SuperuserRefused(Exception):
    """Tianjian has no account that may do everything; three administrators share the work."""


# The key of the account that stays, of an account. SQLite finds it in the index only where it is said to be a number.
STAYS = Cast(Coalesce("merged_into", "id"), models.BigIntegerField())


class PersonQuerySet(models.QuerySet["Person"]):
    def present(self) -> Self:
        """Persons who can act: account open, not merged into another."""
        return self.filter(is_active=True, closed_at__isnull=True, merged_into__isnull=True)

    def accounts_of(self, person: Combinable | int) -> Self:
        """Every account of the human being whose account that stays has this key; one look into an index."""
        return self.order_by().annotate(stays=STAYS).filter(stays=person)


class PersonManager(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]  # made by a call
    def create_user(self, login_code: str | None = None, password: str | None = None, **fields: Any) -> "Person":
        """A person; without a password she can only sign in by phone."""
        person = self.model(login_code=login_code or new_login_code(), **fields)
        person.set_password(password)
        if password is not None:
            person.password_changed_at = timezone.now()
        person.save(using=self._db)
        return person

    def create_superuser(self, *args: Any, **fields: Any) -> "Person":
        raise SuperuserRefused(
            "There is no superuser here. Invite the three administrators with: manage.py invite_administrator"
        )

    def get_by_natural_key(self, username: str | None) -> "Person":
        """People copy codes from paper: blanks and case do not matter."""
        return self.get(login_code=(username or "").replace(" ", "").upper())


class Person(AbstractBaseUser, PermissionsMixin):
    """Changed by the stories registering, inviting, merging and closing; her own choices by settling."""

    RETENTION = Retention("teaching and keeping the record of learning", until="the account is closed")

    login_code = models.CharField(_("login code"), max_length=16, unique=True, default=new_login_code)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(
        _("learner category"), max_length=24, choices=LearnerCategory.choices, default=LearnerCategory.FARMER
    )
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    elder_mode = models.BooleanField(_("elder mode"), default=False)
    saves_data = models.BooleanField(_("saves data"), default=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    closed_at = models.DateTimeField(_("account closed"), null=True, blank=True)
    password_changed_at = models.DateTimeField(_("password changed"), null=True, blank=True)

    USERNAME_FIELD = "login_code"
    REQUIRED_FIELDS = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        indexes = [
            # Counting the learners of a category in a place.
            models.Index(fields=["kind"], name="people_person_kind"),
            # All accounts of one human being: who holds a post herself or by an account merged into hers.
            models.Index(STAYS, name="people_person_stays"),
        ]
        constraints = [
            models.CheckConstraint(name="people_person_no_superuser", condition=Q(is_superuser=False)),
            models.CheckConstraint(
                name="people_person_not_merged_into_self",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Closed account"))

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    # Wagtail greets and looks for people by these; a Chinese name is one word and mail addresses are not collected.
    @property
    def first_name(self) -> str:
        return self.name

    @property
    def last_name(self) -> str:
        return ""

    @property
    def email(self) -> str:
        return ""

    @property
    def masked_name(self) -> str:
        """The family name, and a star for each further character."""
        return self.name[:1] + "＊" * max(len(self.name) - 1, 1)

    @property
    def survivor(self) -> "Person":
        """Herself, or the person her account was merged into."""
        return self.merged_into or self

    def owns(self, name: str = "person") -> Q:
        """Rows that name this human being in the field `name`: her account, or one that was merged into hers.

        Her accounts are looked up first, by their indexes: an OR over the join would read every row of the table.
        """
        accounts = Person.objects.accounts_of(self.merged_into_id or self.pk)
        return Q(**{f"{name}__in": accounts.values("pk")})
