"""What one might ask: shown where nobody asked yet, and where nothing was found."""

from search.models import SearchTerm

# What people come for, by the lessons of the national outline; shown are those that stand in some lesson.
EXAMPLES = ("收款码", "防骗", "验证码", "视频", "天气", "直播", "医保", "快递", "微信群", "照片")
MOST_EXAMPLES = 5


def examples_that_find() -> list[str]:
    """Words of everyday that stand in what can be found, in the order of EXAMPLES; one query."""
    known = set(SearchTerm.objects.filter(text__in=EXAMPLES, lines__gt=0).values_list("text", flat=True))
    return [word for word in EXAMPLES if word in known][:MOST_EXAMPLES]
