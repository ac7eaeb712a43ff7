"""Reads over several models of media."""

from media.backends.transcribe import Term, Wording
from media.captions_text import bare
from media.enums import RECOGNISED_AS, Language
from media.models import GlossaryTerm, SensitiveWord, Video


def wording_for(video: Video) -> Wording:
    """What recognition is given to know for a recording: its organisation's words and the shared ones.

    Told beforehand are the organisation's words, newest first, and before them those that the title names. The other
    shared ones are not: told of many things that nobody speaks of, Whisper hears them.
    """
    terms = GlossaryTerm.objects.filter(language=RECOGNISED_AS.get(Language(video.language), video.language))
    own = list(terms.filter(org=video.org_id).order_by("-pk"))
    known = {term.text for term in own}
    shared = [term for term in terms.filter(org=None).order_by("-pk") if term.text not in known]
    named = [term for term in [*own, *shared] if term.text in video.title]
    return Wording(
        terms=tuple(Term(term.text, term.spellings) for term in [*own, *shared]),
        told=tuple(dict.fromkeys(term.text for term in [*named, *own])),
        sensitive=tuple(bare(word) for word in SensitiveWord.objects.values_list("text", flat=True)),
    )
