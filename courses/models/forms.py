"""Forms of the page editor: what a person may choose is limited to the organisations she works for."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm

from lms.lib.durations import beijing_day
from lms.people.models import Org
from lms.people.policies import orgs_of_trainer


class CourseForm(WagtailAdminPageForm):
    """A trainer offers courses in the name of her own organisations only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "org" in self.fields:
            orgs = orgs_of_trainer(self.for_user, beijing_day(timezone.now()))
            self.fields["org"].queryset = orgs | Org.objects.filter(pk=self.instance.org_id)
            self.fields["org"].required = True
            if self.initial.get("org") is None and len(orgs) == 1:
                self.initial["org"] = orgs[0].pk
            if self.instance.pk and not self.instance.is_leaf():
                self.fields["org"].disabled = True  # its lessons and their recordings belong to the organisation


class LessonForm(WagtailAdminPageForm):
    """A lesson shows recordings and asks quizzes of its own organisation only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, order in (("video", "-pk"), ("quiz", "title"), ("presence_questions", "title")):
            if name in self.fields:
                self.fields[name].queryset = self.fields[name].queryset.filter(org_id=self._org_id()).order_by(order)

    def _org_id(self) -> int | None:
        return self.instance.org_id or getattr(getattr(self.parent_page, "specific", None), "org_id", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        org_id = self._org_id()
        for name, sentence in (
            ("video", _("Choose a recording of your own organisation.")),
            ("quiz", _("Choose a quiz of your own organisation.")),
            ("presence_questions", _("Choose a quiz of your own organisation.")),
        ):
            chosen = cleaned.get(name)
            if chosen is not None and chosen.org_id != org_id:
                self.add_error(name, sentence)
        return cleaned


class OwnCopyForm(CopyForm):
    """Copies are pages of their own: an alias would share the code by which facts know a page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)
        if settings.REVIEW_BEFORE_PUBLISHING:
            self.fields.pop("publish_copies", None)  # a copy is reviewed like any new page
