"""Forms of the page editor: what a person may choose is limited to the organisations she works for."""

import re
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm, WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.panels import InlinePanel

from courses.models.questions import Question, QuestionSet
from courses.models.videoquestions import KINDS, VideoQuestion
from lms.lib.durations import beijing_day, format_seconds
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
        if "knowledge_test" in self.fields:
            orgs = orgs_of_trainer(self.for_user, beijing_day(timezone.now()))
            theirs = Q(org__in=orgs) | Q(org=self.instance.org_id)
            self.fields["knowledge_test"].queryset = QuestionSet.objects.filter(theirs).order_by("title")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        test = cleaned.get("knowledge_test")
        if test is not None and test.org != cleaned.get("org", self.instance.org):
            self.add_error("knowledge_test", _("Choose a quiz of the organisation that provides the course."))
        return cleaned


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


class MomentField(forms.Field):
    """A moment of a recording, written as on a player: 2:35 or 1:02:35. The wide colon of Chinese keyboards will do."""

    _WRITTEN = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]?\d)", re.ASCII)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        written = self._WRITTEN.fullmatch(str(value).replace("：", ":").replace(" ", ""))
        if not written:
            raise forms.ValidationError(_("Write minutes and seconds with a colon between them, like 2:35."))
        hours, minutes, seconds = (int(part or 0) for part in written.groups())
        return hours * 3600 + minutes * 60 + seconds

    def prepare_value(self, value: Any) -> Any:
        return format_seconds(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class VideoQuestionForm(WagtailAdminModelForm):
    """A row of the editor: when, and which question of one's own organisations."""

    at_seconds = MomentField(
        label=VideoQuestion._meta.get_field("at_seconds").verbose_name,
        help_text=VideoQuestion._meta.get_field("at_seconds").help_text,
        widget=forms.TextInput(attrs={"size": 8, "maxlength": 12, "placeholder": "2:35"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [self.instance.question_id] if self.instance.question_id else []
        field = self.fields["question"]
        field.queryset = _askable(self.for_user) | Question.objects.filter(pk__in=known)
        field.choices = [("", _("Choose a question")), *_offered(self.for_user, known)]


def _askable(user: Any) -> Any:
    orgs = orgs_of_trainer(user, beijing_day(timezone.now()))
    return Question.objects.filter(question_set__org__in=orgs, kind__in=KINDS, image=None, audio="")


def _offered(user: Any, known: list[int]) -> list[Any]:
    """The questions by their quiz; read once for all rows of an editor, kept on the person of this request."""
    if not hasattr(user, "_questions_offered"):
        rows = _askable(user).select_related("question_set")
        ordered = rows.order_by("question_set__title", "question_set", "sort_order", "pk")
        user._questions_offered = [
            (str(quiz), [(each.pk, Truncator(each.text).chars(60)) for each in questions])
            for quiz, questions in groupby(ordered, key=lambda each: each.question_set)
        ]
    offered = user._questions_offered
    here = {pk for _quiz, questions in offered for pk, _text in questions}
    others = Question.objects.filter(pk__in=set(known) - here) if set(known) - here else []
    return [*offered, *((each.pk, Truncator(each.text).chars(60)) for each in others)]


class VideoQuestionPanel(InlinePanel):
    """The rows of the questions in a video."""

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": VideoQuestionForm, "inherit_kwargs": ["for_user"]}
        return options


class OwnCopyForm(CopyForm):
    """Copies are pages of their own: an alias would share the code by which facts know a page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)
        if settings.REVIEW_BEFORE_PUBLISHING:
            self.fields.pop("publish_copies", None)  # a copy is reviewed like any new page
