"""When the questions of a sitting were last sent to somebody: signed, so that it travels in the page and costs no row.

What was answered with network is handed in soon after the questions were sent; later than that it is shown once more
before it counts. What was answered without network may take as long as an offline package does. Both times are the
server's own; the phone's clock decides nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

from lms.learning.domain.evidence import PACKAGE_VALID
from lms.learning.models import QuizSitting

# The longest exam fits into it, and whoever was away for a meal.
ONLINE_FOR = timedelta(hours=2)
# A week in the fields, as for packages: the lessons and their quizzes go out together and come back together.
OFFLINE_FOR = PACKAGE_VALID
_SALT = "lms.learning.showing"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How answers came: when their questions were sent; whether, and by the phone when, they were answered offline."""

    shown_at: datetime | None = None
    offline: bool = False
    noted_at: datetime | None = None


HERE_AND_NOW = Arrival()


def shown_token(sitting: QuizSitting, *, at: datetime) -> str:
    """Signed word that the questions of this sitting were sent at this moment."""
    return signing.dumps([sitting.code, int(at.timestamp())], salt=_SALT)


def shown_at(sitting: QuizSitting, token: str) -> datetime:
    """When they were sent; where the token says nothing about this sitting, when it was opened."""
    try:
        code, seconds = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return sitting.opened_at
    return datetime.fromtimestamp(seconds, UTC) if code == sitting.code else sitting.opened_at
