"""Words for recognition and sensitive words in the Wagtail admin."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic import history, usage
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from media.models import GlossaryTerm, SensitiveWord
from media.wording_policies import keeps_shared_terms, orgs_whose_terms


class OwnMixin:
    """A word of another organisation is refused, whichever view is asked for it."""

    def get_object(self, *args: Any, **kwargs: Any) -> GlossaryTerm:
        term = super().get_object(*args, **kwargs)  # type: ignore[misc]  # of the view it is mixed into
        policy = policy_registry.get_by_type(GlossaryTerm)
        if not policy.user_has_permission_for_instance(self.request.user, "change", term):  # type: ignore[attr-defined]  # of the view it is mixed into
            raise PermissionDenied
        return term


class OwnOrgMixin:
    """A word is kept in the name of one's own organisation; the shared ones by whoever keeps those."""

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]  # of the view it is mixed into
        person = self.request.user  # type: ignore[attr-defined]  # of the view it is mixed into
        orgs = orgs_whose_terms(person)
        field = form.fields["org"]
        field.queryset = orgs
        field.required = not keeps_shared_terms(person)
        if field.required:
            field.help_text = ""
        if form.initial.get("org") is None and field.required and len(orgs) == 1:
            form.initial["org"] = orgs[0].pk
        return form


class GlossaryIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[GlossaryTerm]:
        policy = policy_registry.get_by_type(GlossaryTerm)
        shown = policy.instances_user_has_permission_for(self.request.user, "view")
        return (super().get_base_queryset() & shown).select_related("org")

    def get_edit_url(self, instance: GlossaryTerm) -> str | None:
        return super().get_edit_url(instance) if self._is_hers(instance) else None

    def get_delete_url(self, instance: GlossaryTerm) -> str | None:
        return super().get_delete_url(instance) if self._is_hers(instance) else None

    def _is_hers(self, term: GlossaryTerm) -> bool:
        """Asked once for each kind of word on the page, not for each row."""
        if not hasattr(self, "_orgs"):
            person = self.request.user
            self._orgs: set[int | None] = set(orgs_whose_terms(person).values_list("pk", flat=True))
            self._orgs |= {None} if keeps_shared_terms(person) else set()
        return term.org_id in self._orgs


class GlossaryCreateView(OwnOrgMixin, generic.CreateView):
    pass


class GlossaryEditView(OwnOrgMixin, OwnMixin, generic.EditView):
    pass


class GlossaryDeleteView(OwnMixin, generic.DeleteView):
    pass


class GlossaryHistoryView(OwnMixin, history.HistoryView):
    pass


class GlossaryUsageView(OwnMixin, usage.UsageView):
    pass


class GlossaryViewSet(ModelViewSet):
    """Words for recognition (识别词表)."""

    model = GlossaryTerm
    name = "media_glossary"
    url_prefix = "glossary"
    icon = "list-ul"
    menu_label = _("Words for recognition")
    menu_order = 152
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["text", "heard_as", Column("serves", label=pgettext_lazy("word", "for whom")), "language"]
    list_filter = ["language"]
    search_fields = ["text", "heard_as"]
    search_backend_name = None
    index_view_class = GlossaryIndexView
    add_view_class = GlossaryCreateView
    edit_view_class = GlossaryEditView
    delete_view_class = GlossaryDeleteView
    history_view_class = GlossaryHistoryView
    usage_view_class = GlossaryUsageView


class SensitiveWordViewSet(ModelViewSet):
    """Sensitive words (敏感词)."""

    model = SensitiveWord
    name = "media_sensitive_words"
    url_prefix = "sensitive-words"
    icon = "warning"
    menu_label = _("Sensitive words")
    menu_order = 154
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["text", "note"]
    search_fields = ["text", "note"]
    search_backend_name = None


glossary_viewset = GlossaryViewSet()
sensitive_words_viewset = SensitiveWordViewSet()
