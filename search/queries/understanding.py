"""What somebody means: her words, weighted by how much they tell, with what else each may be said as."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from django.core.cache import cache

from search.backends import analysis, sounds
from search.backends.asking import LONGEST_QUESTION, MOST_WORDS, as_can_be_kept
from search.models import ALL_LINES, SearchTerm, SynonymGroup

# Words that shape a question and name nothing. They are no reason to find a lesson, only to prefer one.
ASKING_WORDS = frozenset(
    """
    怎么 怎么弄 怎么办 怎么样 怎样 咋 咋办 咋弄 咋样 咋个 如何 什么 啥 哪 哪里 哪儿 哪个 哪些 为什么 为啥 是不是
    能不能 可不可以 会不会 有没有 吗 呢 啊 呀 吧 嘛 了 的 地 得 着 过 把 被 给 让 叫 是 在 有 和 跟 与 及 或
    还是 用 去 来 到 从 对 向 往 就 都 也 还 又 再 才 只 很 太 最 我 你 您 他 她 它 我们 你们 他们 咱 咱们 人家
    大家 自己 这 那 这个 那个 这样 那样 这么 那么 这里 那里 谁 几 多少 一 个 一个 一下 下 上 里 中 要 想 想要
    能 会 可以 可 应该 需要 得要 请 请问 帮 帮忙 教 教教 教会 学 学会 知道 不 不要 不会 不能 别 没 没有 弄 搞
    做 办 说 看 看看 东西 时候 地方 事 事情 时 后 前 以后 之后 先 然后 如果 因为 所以 但是 不了 不到 起来 出来
    进来 进去 出去 下来 上来 回来 a an the of to in on at by for from with and or is are was be do does did can
    could should how what which who where when why my me i you your it its this that these those not no get use
    using
    """.split()  # noqa: SIM905  (as a list it would be a page long)
)
ASKING_SHARE = 0.12
# How much another way of saying it is worth beside the words themselves.
SAME_MEANING, SAME_SOUND, TYPED_BY_EAR = 0.85, 0.75, 0.9
MOST_OTHERS, MOST_WAYS = 6, 12
LONGEST_SPAN = 6
SYNONYMS, SYNONYMS_KEPT_SECONDS = "search.synonyms", 30


class Other(NamedTuple):
    """Another way of saying a word, what it is worth, why it stands for it, and in about how many lines it stands."""

    text: str
    worth: float
    because: str
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """One thing asked for. `weight` is how much it tells (an inverse document frequency); asking words tell little.

    `lines`: in about so many lines and fields of pages it stands. `others` stand in the library, `same` need not: the
    help has its own words.
    """

    text: str
    weight: float
    is_asking: bool
    lines: int = 0
    others: tuple[Other, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def ways(self) -> list[tuple[str, ...]]:
        """The terms of each way of saying it."""
        return [_terms_of(text) for text in (self.text, *(other.text for other in self.others))]

    def rare_ways(self, most: int) -> list[tuple[str, ...]]:
        """The terms of the word itself, and of what else it may be said as while all of it stands in so many lines."""
        ways, lines = [_terms_of(self.text)], self.lines
        for other in sorted(self.others, key=lambda other: other.lines):
            lines += other.lines
            if lines <= most:
                ways.append(_terms_of(other.text))
        return ways


class Term(NamedTuple):
    """A character, a pair of neighbours or a run of letters, what it tells, and in how many lines it stands."""

    text: str
    weight: float
    lines: int


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, understood. Empty where nothing but signs was typed."""

    text: str
    words: tuple[Word, ...] = ()
    # Its terms, whatever the words are.
    terms: tuple[Term, ...] = ()
    # What it was taken for, where that is not what was typed.
    taken_for: str = ""

    @property
    def telling(self) -> tuple[Word, ...]:
        """The words that name something, the rarest first; all of them where none does."""
        named = [word for word in self.words if not word.is_asking] or list(self.words)
        return tuple(sorted(named, key=lambda word: -word.weight))

    def telling_terms(self, most: int) -> list[Term]:
        """Its pairs and characters that tell most, whatever its words are; not those of asking words alone."""
        asking = {term for word in self.words if word.is_asking for term in analysis.index_terms(word.text)}
        telling = [term for term in self.terms if term.text not in asking and term.weight > 0]
        return sorted(telling, key=lambda term: (-term.weight * (1 if len(term.text) > 1 else 0.6), term.text))[:most]


def understood(asked: str) -> Question:
    """Read a question of any length and shape: what is longer than LONGEST_QUESTION is not read.

    What is not in the index as it was typed, and sounds like something that is, is taken for that.
    """
    text = analysis.normalised(as_can_be_kept(asked[:LONGEST_QUESTION])).strip()
    slots = list(_slots(text))[:MOST_WORDS]
    counts = _counts(text, slots)
    heard = _heard(slots, counts)
    # Two characters that both stand in the index may well be meant: what they sound like is only looked for as well.
    unsure = [others[0] for span, others in heard.items() if _may_be_meant(span, counts)]
    heard = {span: others for span, others in heard.items() if not _may_be_meant(span, counts)}
    if not heard:
        return _with_unsure(_weighed(text, slots, counts, {}), unsure)
    taken_for, others = [], {}
    for slot in _joined(slots, heard):
        best, *rest = heard.get(slot, (Other(slot, 1, ""),))
        taken_for.append(best.text)
        others[best.text] = tuple(rest)
    meant = _with_blanks(taken_for)
    slots = list(_slots(meant))[:MOST_WORDS]
    return replace(_with_unsure(_weighed(meant, slots, _counts(meant, slots), others), unsure), taken_for=meant)


def telling_pairs(texts: Sequence[str], *, most: int) -> dict[str, float]:
    """The pairs of neighbours and words in letters that tell most of these texts, the first of which count more.

    Texts as analysis.normalised() leaves them. Relevance feedback: what the best answers say is likely what was meant
    (Rocchio 1971).
    """
    found: dict[str, float] = {}
    for place, text in enumerate(texts):
        for term in dict.fromkeys(analysis.index_terms(text)):
            if len(term) > 1 and term not in ASKING_WORDS:
                found[term] = found.get(term, 0.0) + 1 / (1 + place)
    counts = _counts("", list(found))
    total = max(counts.get(ALL_LINES, 0), 1)
    weights = {term: share * _idf(counts[term], total) for term, share in found.items() if counts.get(term, 0) > 1}
    return {term: weights[term] for term in sorted(weights, key=lambda term: (-weights[term], term))[:most]}


def _may_be_meant(span: str, counts: Mapping[str, int]) -> bool:
    return len(span) == 2 and analysis.is_han(span) and all(counts.get(sign) for sign in span)


def _with_unsure(question: Question, unsure: Sequence[Other]) -> Question:
    """The same question, and what parts of it sound like."""
    if not unsure:
        return question
    counts = _counts("", [other.text for other in unsure])
    total = max(counts.get(ALL_LINES, 0), 1)
    said = {word.text for word in question.words}
    more = [
        Word(other.text, other.worth * _idf(lines := _lines(other.text, counts), total), is_asking=False, lines=lines)
        for other in unsure
        if other.text not in said
    ]
    return replace(question, words=(*question.words, *more))


def _weighed(
    text: str, slots: Sequence[str], counts: Mapping[str, int], sounding: Mapping[str, tuple[Other, ...]]
) -> Question:
    total = max(counts.get(ALL_LINES, 0), 1)
    same = _synonyms()
    synonyms = [each for slot in slots for each in same.get(slot, ())]
    counts = {**counts, **_counts("", synonyms)} if synonyms else counts
    words = []
    for slot in slots:
        others = [
            *(
                Other(each, SAME_MEANING, "meaning", lines)
                for each in same.get(slot, ())
                if (lines := _lines(each, counts))
            ),
            *sounding.get(slot, ()),
        ]
        is_asking = slot in ASKING_WORDS and not others
        lines = _lines(slot, counts)
        weight = _idf(lines, total) * (ASKING_SHARE if is_asking else 1)
        words.append(Word(slot, weight, is_asking, lines, tuple(others[:MOST_WAYS]), same.get(slot, ())))
    terms = [Term(term, _idf(lines := counts.get(term, 0), total), lines) for term in _every_term(text)]
    return Question(text, tuple(words), tuple(terms))


def _every_term(text: str) -> list[str]:
    return list(dict.fromkeys(analysis.index_terms(text)))


def _with_blanks(parts: Sequence[str]) -> str:
    """Words one after another, blanks only beside letters."""
    text = ""
    for part in parts:
        text += f" {part}" if text and not (analysis.is_han(part) and analysis.is_han(text[-1])) else part
    return text


def _slots(text: str) -> Iterator[str]:
    """The words of the question; a word that trainers know synonyms of is one, whatever the dictionary says."""
    known = _synonyms()
    for run in analysis.runs(text):
        if not analysis.is_han(run):
            yield run
            continue
        rest = run
        while rest:
            place, found = _first_known(rest, known)
            yield from analysis.words(rest[:place]) if found else analysis.words(rest)
            if not found:
                break
            yield found
            rest = rest[place + len(found) :]


def _first_known(run: str, known: dict[str, tuple[str, ...]]) -> tuple[int, str]:
    for place in range(len(run)):
        for length in range(min(LONGEST_SPAN, len(run) - place), 1, -1):
            if run[place : place + length] in known:
                return place, run[place : place + length]
    return 0, ""


def _heard(slots: Sequence[str], counts: Mapping[str, int]) -> dict[str, tuple[Other, ...]]:
    """What spans of the question sound like, where they are not known as they stand: by the span as it was typed."""
    spans = dict.fromkeys(_unknown_spans(slots, counts))
    same = _synonyms()
    typed = [slot for slot in slots if _is_letters(slot) and slot not in same and not counts.get(analysis.stem(slot))]
    keys: dict[str, list[str]] = {}
    for span in spans:
        keys.setdefault(sounds.sounds_of(span)[2], []).append(span)
    for spelled in _spelled(typed):
        keys.setdefault(" ".join(map(sounds.folded, spelled.syllables)), []).append(spelled.text)
    if not keys and not typed:
        return {}
    found: dict[str, list[tuple[bool, bool, int, Other]]] = {}
    known = SearchTerm.objects.filter(lines__gt=0)
    for term in known.filter(sound__in=keys) if keys else ():
        for span in keys[term.sound]:
            # A pair of characters is no word yet: enough for what is typed in letters, but no reason to correct.
            if analysis.is_han(span) and not term.is_word:
                continue
            is_letters = _is_letters(span.replace(" ", ""))
            exact = term.pinyin == (span.replace(" ", "") if is_letters else sounds.sounds_of(span)[0])
            worth = TYPED_BY_EAR if is_letters else SAME_SOUND
            other = Other(term.text, worth if exact else worth * 0.9, "sound", term.lines)
            found.setdefault(span, []).append((not exact, not term.is_word, -term.lines, other))
    short = [slot for slot in typed if 1 < len(slot) <= 8 and slot not in found]
    initials = known.filter(is_word=True, initials__in=short).order_by("-lines")
    for term in initials[: 4 * MOST_OTHERS] if short else ():
        found.setdefault(term.initials, []).append(
            (False, False, -term.lines, Other(term.text, TYPED_BY_EAR, "sound", term.lines))
        )
    return {
        span: tuple(other for *_order, other in sorted(others)[:MOST_OTHERS])
        for span, others in found.items()
        if span not in {other.text for *_order, other in others}
    }


class _Spelled(NamedTuple):
    text: str
    syllables: Sequence[str]


def _spelled(typed: Sequence[str]) -> Iterator[_Spelled]:
    """Spans of what was typed in letters that can be read as pinyin: shoukuanma, or shou kuan ma."""
    for each in typed:
        syllables = sounds.spelled(each)
        if syllables is None:
            yield from (_Spelled(each, slip) for slip in sounds.slips(each))
            continue
        for length in range(min(LONGEST_SPAN, len(syllables)), 1, -1):
            for place in range(len(syllables) - length + 1):
                part = syllables[place : place + length]
                yield _Spelled("".join(part), part)
    for first in range(len(typed)):
        for last in range(first + 2, min(len(typed), first + LONGEST_SPAN) + 1):
            parts = [sounds.spelled(each) for each in typed[first:last]]
            if all(part is not None for part in parts):
                yield _Spelled(" ".join(typed[first:last]), [each for part in parts for each in part or ()])


def _unknown_spans(slots: Sequence[str], counts: Mapping[str, int]) -> Iterator[str]:
    """Neighbouring words that may be one mistyped word: at least one of them is a single character or unknown."""
    same = _synonyms()
    for first in range(len(slots)):
        for last in range(first + 1, min(len(slots), first + LONGEST_SPAN) + 1):
            part = slots[first:last]
            span = "".join(part)
            if not all(map(analysis.is_han, part)) or len(span) > LONGEST_SPAN:
                break
            is_odd = any(len(each) == 1 or not counts.get(each) for each in part if each not in ASKING_WORDS)
            is_odd = is_odd and not any(each in same for each in part if len(each) > 1)
            if len(span) > 1 and is_odd and not counts.get(span):
                yield span


def _joined(slots: Sequence[str], replaced: dict[str, tuple[Other, ...]]) -> Iterator[str]:
    """The slots, those together that were taken for one word; the longest first."""
    place = 0
    while place < len(slots):
        for last in range(min(len(slots), place + LONGEST_SPAN), place, -1):
            for blank in ("", " "):
                if (span := blank.join(slots[place:last])) in replaced:
                    yield span
                    place = last
                    break
            else:
                continue
            break
        else:
            yield from _parts(slots[place], replaced)
            place += 1


def _parts(slot: str, replaced: dict[str, tuple[Other, ...]]) -> Iterator[str]:
    """A slot in letters, cut where parts of it were read as pinyin: shoujizhifu as shouji, zhifu."""
    syllables = sounds.spelled(slot) if _is_letters(slot) else None
    if not syllables:
        yield slot
        return
    place = 0
    while place < len(syllables):
        for last in range(min(len(syllables), place + LONGEST_SPAN), place, -1):
            if (span := "".join(syllables[place:last])) in replaced:
                yield span
                place = last
                break
        else:
            if place == 0 and not any("".join(pair) in replaced for pair in pairwise(syllables)):
                yield slot
                return
            yield syllables[place]
            place += 1


def _is_letters(text: str) -> bool:
    return text.isascii() and text.isalpha()


def _terms_of(text: str) -> tuple[str, ...]:
    """The terms of a way of saying a word, which may be several runs: wi fi, 云 闪付."""
    return tuple(dict.fromkeys(term for run in analysis.runs(text) for term in analysis.word_terms(run)))


def _lines(slot: str, counts: Mapping[str, int]) -> int:
    """In how many lines it stands: as it was counted, or at most as often as the rarest of what it is made of."""
    return counts.get(slot) or min((counts.get(term, 0) for term in _terms_of(slot)), default=0)


def _idf(lines: int, total: int) -> float:
    """Inverse document frequency as BM25 has it, never negative (Robertson and Zaragoza 2009, with Lucene's + 1)."""
    lines = min(max(lines, 0), total)
    return math.log(1 + (total - lines + 0.5) / (lines + 0.5))


def _counts(text: str, slots: Sequence[str]) -> dict[str, int]:
    """In how many lines each term and word of a question stands, and how many lines there are."""
    asked = {ALL_LINES, *_every_term(text), *slots, *(term for slot in slots for term in _terms_of(slot))}
    rows = SearchTerm.objects.filter(text__in=[each[: analysis.LONGEST] for each in asked])
    return dict(rows.values_list("text", "lines"))


def forget_synonyms() -> None:
    """Read the synonyms again at the next question: of this process at once, of others after half a minute."""
    cache.delete(SYNONYMS)


def _synonyms() -> dict[str, tuple[str, ...]]:
    """By word, what means the same; read again every half minute."""
    kept = cache.get(SYNONYMS)
    if kept is None:
        kept = {}
        for group in SynonymGroup.objects.all():
            same = [analysis.normalised(word) for word in group.listed]
            for word in same:
                kept[word] = tuple(dict.fromkeys([*kept.get(word, ()), *(each for each in same if each != word)]))
        cache.set(SYNONYMS, kept, SYNONYMS_KEPT_SECONDS)
    return kept
