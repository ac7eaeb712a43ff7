"""Forms of the page editor: what a person may choose is limited to the organisations she works for."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from lms.lib.durations import beijing_day
from lms.people.policies import orgs_of_trainer


class CourseForm(WagtailAdminPageForm):
    """A trainer offers courses in the name of her own organisations only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "org" in self.fields:
            orgs = orgs_of_trainer(self.for_user, beijing_day(timezone.now()))
            self.fields["org"].queryset = orgs
            if self.initial.get("org") is None and len(orgs) == 1:
                self.initial["org"] = orgs[0].pk


class LessonForm(WagtailAdminPageForm):
    """A lesson shows recordings and asks quizzes of its own organisation only."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        org_id = self.instance.org_id or getattr(getattr(self.parent_page, "specific", None), "org_id", None)
        for name, sentence in (
            ("video", _("Choose a recording of your own organisation.")),
            ("quiz", _("Choose a quiz of your own organisation.")),
        ):
            chosen = cleaned.get(name)
            if chosen is not None and chosen.org_id != org_id:
                self.add_error(name, sentence)
        return cleaned
