"""What Whisper is told before it listens: words it should know, within the room it has for that."""

from collections.abc import Callable, Sequence

# Whisper takes half of its 448 text places, less one, and forgets what stands before the last of them.
MOST_TOKENS = 223
# A sentence with punctuation in simplified characters: Whisper goes on as it was begun.
_BEGINNINGS = {"zh": "以下是普通话讲的课，有标点。"}


def prompt_tokens(terms: Sequence[str], language: str, encode: Callable[[str], list[int]]) -> list[int]:
    """As many terms as fit, the most relevant (given first) last: what stands nearest weighs most.

    Nothing at all where there are no terms: what is told can also be heard, wrongly.
    """
    if not terms:
        return []
    mark = "、" if language == "zh" else ", "
    beginning = encode(" " + _BEGINNINGS[language]) if language in _BEGINNINGS else []
    chosen: list[list[int]] = []
    room = MOST_TOKENS - len(beginning)
    for term in terms:
        tokens = encode((" " if language != "zh" else "") + term + mark.strip())
        if len(tokens) > room:
            break
        chosen.insert(0, tokens)
        room -= len(tokens)
    return [*beginning, *(token for tokens in chosen for token in tokens)]
