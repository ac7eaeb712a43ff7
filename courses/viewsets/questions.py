"""Questions in the Wagtail admin one by one, for quizzes that have many."""

from typing import Any

from django.contrib import messages
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic import history, usage
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from courses.models import Question, QuestionSet
from courses.viewsets.quizzes import OwnMixin

KIND = Column("get_kind_display", label=Question._meta.get_field("kind").verbose_name)


class OwnQuizMixin:
    """A question belongs to a quiz of one's own organisation."""

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]  # of the view it is mixed into
        user = self.request.user  # type: ignore[attr-defined]  # of the view it is mixed into
        quizzes = policy_registry.get_by_type(QuestionSet).instances_user_has_permission_for(user, "change")
        form.fields["question_set"].queryset = quizzes
        wanted = self.request.GET.get("set", "")  # type: ignore[attr-defined]  # of the view it is mixed into
        if wanted.isdecimal() and not form.instance.pk:
            form.initial["question_set"] = wanted
        return form

    def save_action(self) -> Any:
        response = super().save_action()  # type: ignore[misc]  # of the view it is mixed into
        if defect := Question.objects.get(pk=self.object.pk).asked.defect():  # type: ignore[attr-defined]  # of the view it is mixed into
            messages.warning(self.request, defect)  # type: ignore[attr-defined]  # of the view it is mixed into
        return response


class QuestionIndexView(generic.IndexView):
    """The questions of one's organisation; with `set`, those of one quiz."""

    @property
    def wanted(self) -> str:
        wanted = self.request.GET.get("set", "")
        return wanted if wanted.isdecimal() and len(wanted) < 10 else ""

    def get_base_queryset(self) -> QuerySet[Question]:
        policy = policy_registry.get_by_type(Question)
        own = super().get_base_queryset() & policy.instances_user_has_permission_for(self.request.user, "change")
        own = own.select_related("question_set")
        return own.filter(question_set=self.wanted) if self.wanted else own

    def get_add_url(self) -> str:
        return f"{super().get_add_url()}?set={self.wanted}" if self.wanted else super().get_add_url()

    @cached_property
    def header_buttons(self) -> list[Any]:
        back = reverse("courses_quizzes:edit", args=[self.wanted]) if self.wanted else reverse("courses_quizzes:index")
        return [*super().header_buttons, HeaderButton(gettext("Back to the quiz"), url=back, icon_name="arrow-left")]


class QuestionCreateView(OwnQuizMixin, generic.CreateView):
    def save_instance(self) -> Any:
        """New ones stand at the end."""
        made = self.form.instance
        others = Question.objects.filter(question_set=made.question_set)
        last = others.aggregate(last=Max("sort_order"))["last"]
        made.sort_order = 0 if last is None else last + 1
        return super().save_instance()


class QuestionEditView(OwnQuizMixin, OwnMixin, generic.EditView):
    pass


class QuestionDeleteView(OwnMixin, generic.DeleteView):
    pass


class QuestionHistoryView(OwnMixin, history.HistoryView):
    pass


class QuestionUsageView(OwnMixin, usage.UsageView):
    pass


class QuestionViewSet(ModelViewSet):
    """Questions (题目), reached from their quiz."""

    model = Question
    name = "courses_questions"
    url_prefix = "questions"
    icon = "help"
    copy_view_enabled = False
    panels = [FieldPanel("question_set"), *Question.panels]
    list_display = ["text", KIND, "question_set"]
    search_fields = ["text"]
    index_view_class = QuestionIndexView
    add_view_class = QuestionCreateView
    edit_view_class = QuestionEditView
    delete_view_class = QuestionDeleteView
    history_view_class = QuestionHistoryView
    usage_view_class = QuestionUsageView


question_viewset = QuestionViewSet()
