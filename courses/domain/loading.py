"""Loading a course outline from a file: home page, tracks, courses, and lessons as drafts."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import GroupApprovalTask, Page, Site, Workflow

from courses.domain.reviewing import ensure_workflow
from courses.enums import CompletionRule, CourseType, LessonKind
from courses.models import CataloguePage, CoursePage, HomePage, LessonPage
from lms.people.models import Org

OUTLINE_FILE = Path(__file__).resolve().parent.parent / "data" / "outline.yaml"
SITE_NAME = "田间课堂"
ROOT_NAME = "全部页面"
EXAMPLE = "Moderators approval"

_RULES = {LessonKind.OFFLINE: CompletionRule.OFFLINE, LessonKind.READING: CompletionRule.READING}


class OutlineFileError(ValueError):
    """The file cannot be used; the message says where and why. Nothing was loaded."""


@dataclass
class Loaded:
    """What loading made; pages that were there already stay as people left them."""

    tracks: list[CataloguePage] = field(default_factory=list)
    courses: list[CoursePage] = field(default_factory=list)
    lessons: list[LessonPage] = field(default_factory=list)


def read_outline(path: Path = OUTLINE_FILE) -> list[dict[str, Any]]:
    """The tracks of the file; raises OutlineFileError where it cannot be read or says too little."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise OutlineFileError(_("%(file)s cannot be read: %(error)s") % {"file": path.name, "error": error}) from error
    tracks = content.get("tracks") if isinstance(content, dict) else None
    if not isinstance(tracks, list) or not tracks:
        raise OutlineFileError(_("%(file)s names no tracks.") % {"file": path.name})
    for track in tracks:
        for module in _named(track, "modules"):
            for lesson in _named(module, "lessons"):
                _check_named(lesson)
    return tracks


def _named(row: Any, below: str) -> list[Any]:
    _check_named(row)
    rows = row.get(below, [])
    if not isinstance(rows, list):
        raise OutlineFileError(_("%(where)s: %(name)s must be a list.") % {"where": row["id"], "name": below})
    return rows


def _check_named(row: Any) -> None:
    if not isinstance(row, dict) or not row.get("id") or not row.get("title"):
        raise OutlineFileError(_("An entry lacks its id or its title: %(entry)s") % {"entry": str(row)[:80]})


def load_outline(path: Path = OUTLINE_FILE, *, org: Org | None = None, only: Collection[str] | None = None) -> Loaded:
    """Make what the file names and is not there yet, in the order of the file, and return what was made.

    Pages are found by their code. Home page, tracks and the courses of an organisation are live at once, lessons
    are drafts, because they have no recording. A course loaded before without an organisation gets this one.
    `only` names tracks. Raises OutlineFileError and makes nothing where the file is wrong.
    """
    tracks = read_outline(path)
    if unknown := set(only or ()) - {track["id"] for track in tracks}:
        raise OutlineFileError(_("There is no track %(names)s.") % {"names": ", ".join(sorted(unknown))})
    loaded = Loaded()
    with transaction.atomic():
        home = ensure_home()
        for track in tracks:
            if not only or track["id"] in only:
                _load_track(home, track, org, loaded)
    return loaded


def ensure_home() -> HomePage:
    """The home page: made, shown by the default site and given the preset workflow where that is not so yet."""
    home = HomePage.objects.first()
    if home is None:
        root = Page.get_first_root_node()
        home = root.add_child(instance=HomePage(title=SITE_NAME, slug=_free_slug(root, "tianjian"), live=False))
        _publish(home)
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        Site.objects.create(hostname="localhost", is_default_site=True, root_page=home, site_name=SITE_NAME)
    elif not HomePage.objects.filter(pk=site.root_page_id).exists():
        greeting, site.root_page, site.site_name = site.root_page, home, site.site_name or SITE_NAME
        site.save()
        if greeting.specific_class is Page and greeting.is_leaf() and greeting.owner_id is None:
            greeting.delete()  # Wagtail's own page of welcome
    forget_examples()
    ensure_workflow(home)
    return home


def forget_examples() -> None:
    """What Wagtail makes for a start goes where nobody used it: its workflow, its groups; the root gets a name."""
    examples = Workflow.objects.filter(name=EXAMPLE, workflow_states=None)
    examples.exclude(workflow_pages__page__depth__gt=1).delete()
    GroupApprovalTask.objects.filter(name=EXAMPLE, workflow_tasks=None, task_states=None).delete()
    Group.objects.filter(name__in=["Editors", "Moderators"], user=None).delete()
    Page.objects.filter(depth=1, title="Root").update(title=ROOT_NAME, draft_title=ROOT_NAME)


def _load_track(home: HomePage, row: dict[str, Any], org: Org | None, loaded: Loaded) -> None:
    track = CataloguePage.objects.filter(code=row["id"]).first()
    if track is None:
        track = CataloguePage(
            code=row["id"],
            audience=row.get("audience", []),
            credit_for=row.get("credit_for", []),
            minimum_age=row.get("minimum_age"),
            **_common(row),
        )
        _add(home, track)
        _publish(track)
        loaded.tracks.append(track)
    for module in row.get("modules", []):
        _load_course(track, module, org, loaded)


def _load_course(track: CataloguePage, row: dict[str, Any], org: Org | None, loaded: Loaded) -> None:
    course = CoursePage.objects.filter(code=row["id"]).first()
    if course is None:
        course = CoursePage(
            code=row["id"],
            org=org,
            season=row.get("season", ""),
            level=row.get("level", ""),
            audience=row.get("audience", []),
            credit_for=row.get("credit_for", []),
            **_common(row),
        )
        _add(track, course)
        loaded.courses.append(course)
        if org:
            _publish(course)
        else:
            course.save_revision()
    elif course.org_id is None and org:
        course = course.get_latest_revision_as_object()
        course.org = org
        _publish(course)
        for page in LessonPage.objects.child_of(course).filter(org=None):
            draft = page.get_latest_revision_as_object()
            draft.org = org
            draft.save_revision()
            LessonPage.objects.filter(pk=page.pk).update(org=org)
    for lesson in row.get("lessons", []):
        if not LessonPage.objects.filter(code=lesson["id"]).exists():
            loaded.lessons.append(_load_lesson(course, lesson))


def _load_lesson(course: CoursePage, row: dict[str, Any]) -> LessonPage:
    kind = row.get("kind", LessonKind.VIDEO)
    lesson = LessonPage(
        code=row["id"],
        title=row["title"],
        title_en=row.get("title_en", ""),
        slug=str(row["id"]).lower(),
        org=course.org,
        teaches=row.get("teaches", ""),
        teaches_en=row.get("en", ""),
        kind=kind,
        course_type=row.get("course_type", CourseType.REQUIRED),
        planned_minutes=row.get("minutes"),
        completion_rule=_RULES.get(kind, CompletionRule.COVERAGE),
        dims=row.get("dims", []),
        digcomp=row.get("digcomp", []),
        live=False,
        has_unpublished_changes=True,
    )
    _add(course, lesson)
    lesson.save_revision()
    return lesson


def _common(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": row["title"],
        "title_en": row.get("title_en", ""),
        "slug": str(row["id"]).lower().replace("_", "-"),
        "subject": row.get("subject", ""),
        "intro": row.get("intro", ""),
        "live": False,
    }


def _add(parent: Page, page: Page) -> None:
    page.slug = _free_slug(parent, page.slug)
    try:
        page.clean_fields(exclude=["path", "depth", "numchild", "url_path", "content_type", "locale", "draft_title"])
    except ValidationError as error:
        raise OutlineFileError(f"{page.code}: {'; '.join(error.messages)}") from error
    parent.add_child(instance=page)


def _free_slug(parent: Page, slug: str) -> str:
    taken = set(parent.get_children().values_list("slug", flat=True))
    return next(each for each in (slug, *(f"{slug}-{number}" for number in range(2, 1000))) if each not in taken)


def _publish(page: Page) -> None:
    page.save_revision().publish()
    page.refresh_from_db()
