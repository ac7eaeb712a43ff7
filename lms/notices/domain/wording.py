"""What a message says: templates, registered by whichever app has something to say, and how they are filled in.

Stored are a code and variables; the text is made when it is shown, in the reader's language, or sent, in the language
of the site, for providers in mainland China send approved templates.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from lms.notices.models import Message
from lms.people.models import Person

# What a provider counts as one: 70 characters, or parts of 67 once it is longer.
ONE_SMS, PART_OF_LONG_SMS = 70, 67
LONGEST_VARIABLE = 30
# Anything that a phone would make a link of. An SMS of ours never holds one.
LINK = re.compile(
    r"://|www\.|[\w-]\.(?:com|cn|net|org|gov|edu|top|cc|xyz|vip|info|me|io|app|link|site|shop|ltd|中国|公司|网络)(?![a-z0-9])"
    r"|\d{1,3}(?:\.\d{1,3}){3}",
    re.IGNORECASE,
)
NOT_PLAIN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff【】]")


@dataclass(frozen=True)
class Template:
    """One thing that can be said. Texts hold named placeholders; `days` names the variables that are ISO days.

    `sms` and `sms_setting` (the setting with the provider's id for it) are empty where it is never sent to a phone.
    `link` gives the address that its button `action` leads to, from the variables; "" for none. `still_holds` says
    whether what an SMS says is still so for the person when it is sent, which may be a night later.
    """

    code: str
    title: str | Promise
    text: str | Promise
    sms: str | Promise = ""
    sms_setting: str = ""
    days: tuple[str, ...] = ()
    action: str | Promise = ""
    link: Callable[[Mapping[str, Any]], str] | None = None
    still_holds: Callable[[Person, Mapping[str, Any]], bool] | None = None

    def filled(self, text: str | Promise, variables: Mapping[str, Any]) -> str:
        return str(text) % {**variables, **{name: _day(variables[name]) for name in self.days}}


UNKNOWN = Template("", gettext_lazy("A message"), gettext_lazy("What it said is no longer known here."))
_templates: dict[str, Template] = {}


def register_template(template: Template) -> Template:
    """Called in `ready()` of the app that has something to say."""
    _templates[template.code] = template
    return template


def template_of(code: str) -> Template:
    return _templates.get(code, UNKNOWN)


def _day(written: str) -> str:
    return date_format(date.fromisoformat(written), "DATE_FORMAT")


def plain(value: object) -> str:
    """A variable as it may stand in an SMS: one short line without brackets of signatures; no link, ever."""
    text = " ".join(NOT_PLAIN.sub(" ", str(value)).split())
    if LINK.search(text):
        return "…"
    return text if len(text) <= LONGEST_VARIABLE else text[: LONGEST_VARIABLE - 1] + "…"


@dataclass(frozen=True, slots=True)
class SmsWords:
    """What goes to the provider: its id of the template, the variables, and the text that the template becomes."""

    template_id: str
    variables: dict[str, str]
    text: str

    @property
    def segments(self) -> int:
        """For how many messages the provider asks: it counts UTF-16 units."""
        length = len(self.text.encode("utf-16-le")) // 2
        return 1 if length <= ONE_SMS else -(-length // PART_OF_LONG_SMS)


def sms_words(template: Template, variables: Mapping[str, Any]) -> SmsWords:
    """The SMS of a template that has one, in the language of the site, with the signature before it."""
    with override(settings.LANGUAGE_CODE):
        used = {
            name: plain(_day(value) if name in template.days else value)
            for name, value in variables.items()
            if f"%({name})" in str(template.sms)
        }
        text = f"【{settings.SMS_SIGNATURE}】{str(template.sms) % used}"
    return SmsWords(getattr(settings, template.sms_setting), used, text)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as its reader sees it; `action` is empty where its button would lead nowhere."""

    message: Message
    title: str
    text: str
    action: str


def shown(message: Message) -> Shown:
    """The message in the reader's language; a template that no app registers any more says so. Asks no database."""
    template = template_of(message.template)
    try:
        text = template.filled(template.text, message.variables)
    except (KeyError, ValueError, TypeError):
        template, text = UNKNOWN, _("What it said is no longer known here.")
    return Shown(message, str(template.title), text, str(template.action) if template.link else "")


def address_of(message: Message) -> str:
    """Where its button leads now; empty where it leads nowhere."""
    template = template_of(message.template)
    try:
        return template.link(message.variables) if template.link else ""
    except (KeyError, ValueError, TypeError):
        return ""
