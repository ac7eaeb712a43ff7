"""Registration in the Wagtail admin."""

from wagtail import hooks
from wagtail.permissions import register_permission_policy

from search.models import SearchMiss, SynonymGroup
from search.policies import MissPolicy, SynonymPolicy
from search.viewsets import MissViewSet, SynonymViewSet, miss_viewset, synonym_viewset

register_permission_policy(SynonymGroup, SynonymPolicy(SynonymGroup))
register_permission_policy(SearchMiss, MissPolicy(SearchMiss))


@hooks.register("register_admin_viewset")
def register_wording() -> list[SynonymViewSet | MissViewSet]:
    return [synonym_viewset, miss_viewset]
