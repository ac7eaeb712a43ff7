"""Quizzes in the Wagtail admin, each organisation its own."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views import generic
from wagtail.admin.views.generic import history, usage
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from courses.models import QuestionSet
from courses.models.access import grants_of
from lms.people.models import Org


class OwnMixin:
    """A quiz of another organisation is refused, whichever view is asked for it."""

    def get_object(self, *args: Any, **kwargs: Any) -> QuestionSet:
        quiz = super().get_object(*args, **kwargs)  # type: ignore[misc]
        policy = policy_registry.get_by_type(QuestionSet)
        if not policy.user_has_permission_for_instance(self.request.user, "change", quiz):  # type: ignore[attr-defined]
            raise PermissionDenied
        return quiz


class OwnOrgMixin:
    """A quiz is made in the name of one's own organisation."""

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]
        orgs = Org.objects.filter(pk__in=grants_of(self.request.user).orgs_with({"add"}))  # type: ignore[attr-defined]
        form.fields["org"].queryset = orgs
        if form.initial.get("org") is None and len(orgs) == 1:
            form.initial["org"] = orgs[0].pk
        return form


class QuizIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[QuestionSet]:
        policy = policy_registry.get_by_type(QuestionSet)
        return super().get_base_queryset() & policy.instances_user_has_permission_for(self.request.user, "change")


class QuizCreateView(OwnOrgMixin, generic.CreateView):
    pass


class QuizEditView(OwnOrgMixin, OwnMixin, generic.EditView):
    pass


class QuizDeleteView(OwnMixin, generic.DeleteView):
    """A quiz that a lesson asks is kept."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
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
