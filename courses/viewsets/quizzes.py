"""Quizzes in the Wagtail admin, each organisation its own."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import HelpPanel, ObjectList
from wagtail.admin.views import generic
from wagtail.admin.views.generic import history, usage
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from courses.models import QuestionSet
from courses.models.access import grants_of
from lms.people.models import Org

# From here on a trainer is told that guessing pays.
EASY_PERCENT = 10
# Questions with their choices are some forty fields each.
MOST_ON_ONE_PAGE = 30


class OwnMixin:
    """A quiz or question of another organisation is refused, whichever view is asked for it."""

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        found = super().get_object(*args, **kwargs)  # type: ignore[misc]  # of the view it is mixed into
        policy = policy_registry.get_by_type(type(found))
        if not policy.user_has_permission_for_instance(self.request.user, "change", found):  # type: ignore[attr-defined]  # of the view it is mixed into
            raise PermissionDenied
        return found


class OwnOrgMixin:
    """A quiz is made in the name of one's own organisation."""

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]  # of the view it is mixed into
        orgs = Org.objects.filter(pk__in=grants_of(self.request.user).orgs_with({"add"}))  # type: ignore[attr-defined]  # of the view it is mixed into
        form.fields["org"].queryset = orgs
        if form.initial.get("org") is None and len(orgs) == 1:
            form.initial["org"] = orgs[0].pk
        return form


class QuizIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[QuestionSet]:
        policy = policy_registry.get_by_type(QuestionSet)
        return super().get_base_queryset() & policy.instances_user_has_permission_for(self.request.user, "change")

    @cached_property
    def header_buttons(self) -> list[Any]:
        address = reverse("courses_import_questions")
        return [*super().header_buttons, HeaderButton(gettext("Import questions"), url=address, icon_name="upload")]


class TellingMixin:
    """An unfinished quiz may be saved; what is still missing, or too easy to guess, is said at once."""

    def save_action(self) -> Any:
        response = super().save_action()  # type: ignore[misc]  # of the view it is mixed into
        quiz = QuestionSet.objects.get(pk=self.object.pk)  # type: ignore[attr-defined]  # of the view it is mixed into
        defects = quiz.defects()
        if not defects and (percent := quiz.guessing_percent()) > EASY_PERCENT:
            words = gettext(
                "Of a hundred people who only guess, %(percent)s would pass at the first try. "
                "Ask more questions, give more choices, or ask for short answers."
            )
            defects = [words % {"percent": percent}]
        for defect in defects:
            messages.warning(self.request, defect)  # type: ignore[attr-defined]  # of the view it is mixed into
        return response


class QuizCreateView(TellingMixin, OwnOrgMixin, generic.CreateView):
    pass


class QuizEditView(TellingMixin, OwnOrgMixin, OwnMixin, generic.EditView):
    """A quiz with all its questions; where they are many, without them: they have pages of their own."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = self.get_object()
        if self.object.questions.count() > MOST_ON_ONE_PAGE:
            told = gettext("The quiz has many questions. They are changed one by one, under “Questions” above.")
            panels = [*QuestionSet.panels[:-1], HelpPanel(told)]
            self.panel = ObjectList(panels).bind_to_model(QuestionSet)
            self.form_class = self.panel.get_form_class()
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def header_buttons(self) -> list[Any]:
        address = f"{reverse('courses_questions:index')}?set={self.object.pk}"
        return [*super().header_buttons, HeaderButton(gettext("Questions"), url=address, icon_name="list-ul")]


class QuizDeleteView(OwnMixin, generic.DeleteView):
    """A quiz that a lesson asks, or that somebody has answered, is kept."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(self.request, gettext("People have answered this quiz, so it is kept."))
            return redirect("courses_quizzes:edit", self.object.pk)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if course := self.object.tested_courses.first():
            messages.error(
                request, gettext("The course %(course)s asks this quiz, so it is kept.") % {"course": course}
            )
            return redirect("courses_quizzes:edit", self.object.pk)
        lesson = self.object.lessons.first() or self.object.presence_lessons.first()
        if lesson is not None:
            messages.error(
                request, gettext("The lesson %(lesson)s asks this quiz, so it is kept.") % {"lesson": lesson}
            )
            return redirect("courses_quizzes:edit", self.object.pk)
        return super().dispatch(request, *args, **kwargs)


class QuizHistoryView(OwnMixin, history.HistoryView):
    pass


class QuizUsageView(OwnMixin, usage.UsageView):
    pass


class QuizViewSet(ModelViewSet):
    """Quizzes (随堂测验)."""

    model = QuestionSet
    name = "courses_quizzes"
    url_prefix = "quizzes"
    icon = "help"
    menu_label = _("Quizzes")
    menu_order = 160
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["title", "org", "pass_mark"]
    search_fields = ["title"]
    index_view_class = QuizIndexView
    add_view_class = QuizCreateView
    edit_view_class = QuizEditView
    delete_view_class = QuizDeleteView
    history_view_class = QuizHistoryView
    usage_view_class = QuizUsageView


quiz_viewset = QuizViewSet()
