"""What a learner is asked to complete, for templates of any app; looked up once in a request."""

from django import template
from django.template.context import RequestContext
from django.utils import timezone

from lms.lib.durations import beijing_day
from lms.people.models import Person
from lms.programmes.queries import Task, tasks_of

register = template.Library()


@register.simple_tag(takes_context=True)
def assigned_courses(context: RequestContext) -> list[Task]:
    """{% assigned_courses as tasks %}: the next due first; empty for whoever is signed out or asked for nothing."""
    request = context.get("request")
    if request is None or not isinstance(getattr(request, "user", None), Person):
        return []
    if not hasattr(request, "assigned_courses"):
        request.assigned_courses = tasks_of(request.user, beijing_day(timezone.now()))
    tasks: list[Task] = request.assigned_courses
    return tasks


@register.filter
def waiting(tasks: list[Task]) -> list[Task]:
    """{{ tasks|waiting }}: those that are still to be done and can be."""
    return [task for task in tasks if task.is_waiting]
