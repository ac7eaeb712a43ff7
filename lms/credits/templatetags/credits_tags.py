"""Small words for pages that show hours."""

from datetime import date
from typing import Any

from django import template
from django.template.context import RequestContext

from courses.models import CoursePage
from lms.approvals.enums import OPEN
from lms.credits import queries
from lms.credits.domain.deciding_claims import foresee_claim
from lms.credits.domain.explaining import explain
from lms.credits.domain.previewing import Line, Preview
from lms.credits.models import CreditClaim
from lms.learning.models import CourseCompletion
from lms.learning.templatetags.learning_tags import course_state
from lms.people.models import Person

register = template.Library()


@register.inclusion_tag("credits/_origins.html")
def hours_by_origin(person: Person, year: int, until: date | None = None) -> dict[str, Any]:
    """{% hours_by_origin person year %}: 本平台, 外部导入, 申报 and 期初, shown apart."""
    return {"origins": queries.hours_by_origin(person, year, until=until)}


@register.simple_tag
def cut_of(preview: Preview, line: Line) -> list[str]:
    """{% cut_of preview line as cut %}: why a row of a list would count less than it says; empty where it would not."""
    cut = preview.cuts.get(line.written.number)
    return explain(cut.why) if cut else []


@register.simple_tag
def cut_of_claim(claim: CreditClaim) -> list[str]:
    """{% cut_of_claim claim as cut %}: why a claim that waits would count less than it asks for, as things stand."""
    return explain(foresee_claim(claim).why) if claim.state in OPEN else []


@register.inclusion_tag("credits/attestations/_course.html", takes_context=True)
def course_paper(context: RequestContext, course: CoursePage) -> dict[str, Any]:
    """{% course_paper course %}: the button for the certificate of a course, once it is finished."""
    state, user = course_state(context, course), context["request"].user
    done = CourseCompletion.objects.of(user) if state and state.is_done and isinstance(user, Person) else None
    completion = done and done.filter(course_key=course.translation_key).order_by("-round").first()
    return {"completion": completion, "csrf_token": context.get("csrf_token")}
