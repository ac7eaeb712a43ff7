"""Names for what Wagtail shows in English because it never marked it for translation."""

from typing import Any

from django.forms import Form
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.forms import choosers
from wagtail.admin.forms.workflows import TaskChooserSearchForm, WorkflowPageForm
from wagtail.admin.views import workflows
from wagtail.models import Site, WorkflowPage
from wagtail.sites.views import IndexView

LINK_FIELDS = {
    "link_text": _("Link text"),
    "email_address": _("Email address"),
    "phone_number": _("Phone number"),
    "subject": _("Subject"),
    "body": _("Message"),
}


class NamedTaskChooserSearchForm(TaskChooserSearchForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task_type" in self.fields:
            self.fields["task_type"].label = _("Kind of task")


def name_fields() -> None:
    """Columns and fields take the names that their models give them; those of links stand above."""
    named = {field.name: capfirst(field.verbose_name) for field in Site._meta.fields}
    for column in IndexView.columns:
        if column.name in {"port", "site_name", "root_page"}:
            column.label = named[column.name]
    WorkflowPageForm.base_fields["page"].label = capfirst(WorkflowPage._meta.get_field("page").verbose_name)
    for column in (*workflows.Index.columns, *workflows.TaskIndex.columns):
        if column.name == "name":  # "Name" alone is the name of a person
            column.label = pgettext_lazy("of a workflow or task", "Name")
    workflows.TaskChooserSearchForm = NamedTaskChooserSearchForm
    for form in vars(choosers).values():
        if isinstance(form, type) and issubclass(form, Form) and form.__name__.endswith("LinkChooserForm"):
            for name, field in form.base_fields.items():
                if name in LINK_FIELDS:
                    field.label = LINK_FIELDS[name]
