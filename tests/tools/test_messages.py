"""The catalogue tool, on a small project of its own."""

from pathlib import Path

import pytest

from lms.tools import messages, package_texts

TEMPLATE = """{% load i18n %}
  <p>{% translate "Good morning" %}</p>
    {% blocktranslate trimmed with name=person.name %}
      Welcome, {{ name }}, it's 5% more
    {% endblocktranslate %}
 {% blocktranslate count counter=n %}one lesson{% plural %}{{ counter }} lessons{% endblocktranslate %}
<p title="{% translate 'May' context 'month' %}">{{ value|default:_("nothing yet") }}</p>
"""
MODULE = """from django.utils.translation import gettext_lazy as _, ngettext
LABEL = _("Good morning")
STEP = _("%(done)s of %(all)s")
def f(n): return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lms/templates/staff").mkdir(parents=True)
    (tmp_path / "lms/people").mkdir()
    (tmp_path / "lms/templates/staff/page.html").write_text(TEMPLATE)
    (tmp_path / "lms/people/models.py").write_text(MODULE)
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "APPS", {"people": "lms/people", "lms": "lms"})
    return tmp_path


def translate(project: Path) -> Path:
    """Extract and fill the catalogue with placeholders kept."""
    messages.extract_app("people")
    catalogue = messages.load("people")
    assert catalogue is not None
    for message in catalogue:
        if message.id:
            source = message.id[-1] if isinstance(message.id, tuple | list) else message.id
            message.string = (f"译 {source}",) if isinstance(message.id, tuple | list) else f"译 {source}"
    path = messages.catalogue_path("people")
    path.write_bytes(messages.as_text(catalogue))
    return path


def test_extract_finds_python_and_template_texts_with_context_and_plural(project: Path) -> None:
    found = {(message.id, message.context) for message in messages.collect("people") if message.id}

    assert found == {
        ("Good morning", None),
        ("Welcome, %(name)s, it's 5%% more", None),
        (("one lesson", "%(counter)s lessons"), None),
        ("May", "month"),
        ("nothing yet", None),
        ("%(done)s of %(all)s", None),
        (("%(n)s hour", "%(n)s hours"), None),
    }


def test_extract_twice_changes_nothing_and_names_no_lines(project: Path) -> None:
    path = translate(project)
    before = path.read_bytes()

    messages.extract_app("people")

    assert path.read_bytes() == before
    assert str(project) not in before.decode()
    assert "models.py:" not in before.decode()
    assert messages.check_app("people") == []


def test_extract_keeps_translations_and_drops_what_vanished(project: Path) -> None:
    path = translate(project)
    (project / "lms/templates/staff/page.html").write_text("{% load i18n %}{% translate 'Good evening' %}")

    assert any("obsolete: 'May'" in fault for fault in messages.check_app("people"))
    assert any("missing (run extract): 'Good evening'" in fault for fault in messages.check_app("people"))
    messages.extract_app("people")

    assert messages.check_app("people") == ["people: untranslated: 'Good evening'"]
    assert "译 Good morning" in path.read_text()
    assert "May" not in path.read_text()


def test_check_names_a_lost_placeholder(project: Path) -> None:
    path = translate(project)
    path.write_text(path.read_text().replace("译 %(done)s of %(all)s", "译 %(done)s"))

    faults = messages.check_app("people")

    assert len(faults) == 1
    assert faults[0].startswith("people: placeholders differ: '%(done)s of %(all)s'")


def test_check_names_what_two_apps_say_differently(project: Path) -> None:
    (project / "lms/other.py").write_text('from django.utils.translation import gettext as _\nA = _("Good morning")\n')
    translate(project)
    messages.extract_app("lms")
    path = messages.catalogue_path("lms")
    said = path.read_text().replace('msgid "Good morning"\nmsgstr ""', 'msgid "Good morning"\nmsgstr "你好"')
    path.write_text(said)

    assert messages.check_clashes() == ["clash: 'Good morning': people '译 Good morning', lms '你好'"]
    path.write_text(said.replace("你好", "译 Good morning"))
    assert messages.check_clashes() == []


def test_compile_writes_what_gettext_reads(project: Path) -> None:
    import gettext

    path = translate(project)

    assert messages.compile_all() == ["people"]
    assert messages.compile_all() == []
    with path.with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("Good morning") == "译 Good morning"
    assert catalogue.ngettext("one lesson", "%(counter)s lessons", 1) == "译 %(counter)s lessons"
    assert catalogue.pgettext("month", "May") == "译 May"


HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
ENGLISH = """#: views.py:1
msgid "Known"
msgstr ""

#: views.py:2
msgid "Good morning"
msgstr ""

#: views.py:3
msgctxt "month"
msgid "March"
msgstr ""

#: views.py:4
msgid "%(n)s page"
msgid_plural "%(n)s pages"
msgstr[0] ""
msgstr[1] ""
"""


@pytest.fixture
def package(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The English catalogue of an installed package whose Chinese one knows one text and is unsure of another."""
    for language, texts in {
        "en": ENGLISH,
        "zh_Hans": 'msgid "Known"\nmsgstr "认识"\n\n#, fuzzy\nmsgctxt "month"\nmsgid "March"\nmsgstr "游行"\n',
    }.items():
        path = project / "package" / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True)
        path.write_text(HEADER + texts)
    monkeypatch.setattr(package_texts, "packages", lambda: {"package": project / "package"})
    return project / "package" / "en" / "LC_MESSAGES" / "django.po"


def test_holes_are_what_neither_the_package_nor_an_app_of_ours_translates(project: Path, package: Path) -> None:
    translate(project)

    found = [(message.id, message.context) for message in messages.collect("packages") if message.id]

    assert found == [("March", "month"), (("%(n)s page", "%(n)s pages"), None)]
    assert messages.check_app("packages") == ["packages: no catalogue, 2 texts missing"]


def test_what_fills_a_hole_survives_extraction_until_the_package_drops_the_text(project: Path, package: Path) -> None:
    messages.extract_app("packages")
    path = messages.catalogue_path("packages")
    path.write_text(path.read_text().replace('msgid "March"\nmsgstr ""', 'msgid "March"\nmsgstr "三月"'))
    chinese = package.parents[2] / "zh_Hans" / "LC_MESSAGES" / "django.po"
    chinese.write_text(chinese.read_text().replace("#, fuzzy\n", ""))

    messages.extract_app("packages")
    assert "三月" in path.read_text()
    package.write_text(package.read_text().replace("March", "April"))

    faults = messages.check_app("packages")
    assert "packages: obsolete: 'March'" in faults
    assert "packages: missing (run extract): 'April'" in faults


def test_what_one_of_our_apps_begins_to_say_is_left_to_it(project: Path, package: Path) -> None:
    messages.extract_app("packages")
    (project / "lms/people/models.py").write_text(MODULE + 'X = pgettext("month", "March")\n')
    translate(project)

    assert "packages: obsolete: 'March'" in messages.check_app("packages")


def test_a_script_has_texts_of_its_own(project: Path, package: Path) -> None:
    package.rename(package.with_name("djangojs.po"))

    assert [message.id for message in messages.collect("packages-js") if message.id][:1] == ["Known"]


def test_the_packages_are_those_installed_here() -> None:
    found = package_texts.packages()

    assert {"django", "wagtail.admin", "wagtail", "taggit"} <= found.keys()
    assert not {"lms.people", "media", "courses", "search"} & found.keys()
    assert (found["wagtail.admin"] / "en/LC_MESSAGES/djangojs.po").is_file()
