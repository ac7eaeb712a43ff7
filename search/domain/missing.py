"""Questions that found nothing, counted by day for those who make lessons; never by whom.

Writing one down is worth no learner's time: it happens after the page has gone out, and trouble with it is logged.
"""

import logging
import re
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import F

from lms.lib.durations import beijing_day
from lms.people.domain.pacing import take_try
from search.backends import analysis
from search.models import SearchMiss

log = logging.getLogger(__name__)
# A village behind one address asks no more; whoever does fills the list on purpose.
MISSES_AN_HOUR = 40
# More than people ask in a day. From then on only those that are there already are counted.
QUESTIONS_A_DAY = 5000
MASK = "＊"
# A telephone, an identity card, a code: six digits and more, also in groups.
_NUMBERS = re.compile(r"\d(?:[ .\-]?\d){5,}")
_BOTS = re.compile(r"bot\b|bot/|crawl|spider|slurp|preview|monitor|curl|wget|python|httpclient|headless", re.IGNORECASE)


def as_kept(asked: str) -> str:
    """The question as it is written down: as the index reads it, numbers of six and more digits masked."""
    text = " ".join(analysis.normalised(asked).replace("\x00", " ").split())
    return _NUMBERS.sub(MASK, text)[: SearchMiss._meta.get_field("asked").max_length]


def is_a_bot(agent: str) -> bool:
    """Whether the caller says that no person asks."""
    return not agent or bool(_BOTS.search(agent))


def write_down(asked: str, *, address: str, at: datetime) -> None:
    """Count the question on its day. Raises nothing: where it cannot be written, it is left out."""
    text = as_kept(asked)
    if not text:
        return
    try:
        with transaction.atomic():
            if take_try("search-miss", f"address {address}", most=MISSES_AN_HOUR, at=at):
                _count(text, at)
    except DatabaseError:
        log.warning("A question without an answer could not be written down", exc_info=True)


def _count(text: str, at: datetime) -> None:
    day = beijing_day(at)
    known = SearchMiss.objects.filter(day=day)
    if known.filter(asked=text).update(times=F("times") + 1) or known.count() >= QUESTIONS_A_DAY:
        return
    # Two at once: the second finds the row of the first, and adds to it.
    _miss, is_new = SearchMiss.objects.get_or_create(day=day, asked=text)
    if not is_new:
        known.filter(asked=text).update(times=F("times") + 1)
