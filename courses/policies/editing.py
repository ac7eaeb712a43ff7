"""Whose pages and quizzes somebody finds in lists, choosers, searches and the API of the Wagtail admin."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.models import GroupPagePermission, Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.models import CataloguePage, CoursePage, HomePage, LessonPage, Question, QuestionSet
from courses.models.access import grants_of

ALL_ACTIONS = {"add", "change", "publish"}


class ContentPolicy(PagePermissionPolicy):
    """Page permissions come from the roles held today and reach the pages of the role's organisation alone."""

    def get_all_permissions_for_user(self, user: Any) -> QuerySet[GroupPagePermission]:
        """None from groups: they would hold for the whole tree."""
        return GroupPagePermission.objects.none()

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        grants = grants_of(user)
        return bool(grants.orgs_with(set(actions)) or grants.on_home & set(actions))

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Page) -> bool:
        return bool(set(instance.permissions_for_user(user).permissions) & set(actions))

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Page]:
        grants, wanted = grants_of(user), set(actions)
        orgs = grants.orgs_with(wanted)
        allowed = Q(pk__in=CoursePage.objects.filter(org__in=orgs).order_by().values("pk")) | Q(
            pk__in=LessonPage.objects.filter(org__in=orgs).order_by().values("pk")
        )
        for model, actions_there in ((HomePage, grants.on_home), (CataloguePage, grants.on_tracks)):
            if actions_there & wanted:
                allowed |= Q(pk__in=model.objects.order_by().values("pk"))
        return Page.objects.filter(allowed)

    def instances_with_direct_explore_permission(self, user: Any) -> list[Page]:
        root = self.explorable_root_instance(user)
        return [root] if root else []

    def explorable_root_instance(self, user: Any) -> Page | None:
        """The home page, for whoever has any page to work on; asked for many times in each request."""
        name = self._explorable_root_instance_cache_name
        if not hasattr(user, name):
            home = HomePage.objects.first() if grants_of(user).by_org else None
            setattr(user, name, Page.objects.get(pk=home.pk) if home else None)
        return getattr(user, name)

    def explorable_instances(self, user: Any) -> QuerySet[Page]:
        """Her pages, and the home page and tracks on the way to them."""
        if not grants_of(user).by_org:
            return Page.objects.none()
        on_the_way = Q(pk__in=HomePage.objects.order_by().values("pk")) | Q(
            pk__in=CataloguePage.objects.order_by().values("pk")
        )
        hers = self.instances_user_has_any_permission_for(user, ALL_ACTIONS)
        return Page.objects.filter(on_the_way | Q(pk__in=hers.order_by().values("pk")))


class QuizPolicy(ModelPermissionPolicy):
    """A quiz is seen and changed by the trainers of its organisation alone."""

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return bool(grants_of(user).orgs_with({"add"}))

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self.user_has_any_permission(user, [action])

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        return instance.org_id in grants_of(user).orgs_with({"add"})

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_any_permission_for_instance(user, [action], instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        return QuestionSet.objects.filter(org__in=grants_of(user).orgs_with({"add"}))

    def instances_user_has_permission_for(self, user: Any, action: str) -> QuerySet[Any]:
        return self.instances_user_has_any_permission_for(user, [action])


class QuestionPolicy(QuizPolicy):
    """A question is seen and changed by the trainers of its quiz's organisation alone."""

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        return instance.question_set.org_id in grants_of(user).orgs_with({"add"})

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        return Question.objects.filter(question_set__org__in=grants_of(user).orgs_with({"add"}))
