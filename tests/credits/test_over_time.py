"""A year's states worked out once are what judging each day would say."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lms.credits.domain.assessing import YearStanding, assess_facts
from lms.credits.domain.holding import Facts, spans_of
from lms.credits.domain.over_time import state_on, states_over
from lms.credits.domain.requiring import Needs, need_in
from lms.credits.enums import CreditCategory
from tests.credits.test_requiring import days, relief, rows_somewhere, some_posts, spans

earned = st.lists(
    st.tuples(
        st.sampled_from(CreditCategory.values), days, st.decimals(-20, 120, places=2), st.sampled_from([0, 1, 8])
    ),
    max_size=8,
)


@given(some_posts, st.lists(relief(), max_size=2), rows_somewhere(), earned, st.sampled_from([2025, 2026]), st.data())
def test_states_over_a_year_are_those_of_each_day(posts, reliefs, rows, entries, year, data):
    facts = Facts(sorted(posts, key=lambda post: post.active_from), reliefs)
    for category, day, hours, whole_days in entries:
        facts.earned[category].append((day, hours, Decimal(whole_days)))
    needs = Needs(rows)

    steps = states_over(facts, year, needs)

    first = date(year, 1, 1)
    changes = [day for day, _state in steps] + [day for _category, day, *_amounts in entries]
    some = data.draw(st.lists(st.integers(0, 1200), min_size=3, max_size=8))
    for day in [first + timedelta(days=more) for more in some] + [day for day in changes if day >= first]:
        judged = YearStanding(assess_facts(facts, spans_of(year, rows), needs, on=day)).state
        assert state_on(steps, day) == judged, day


@given(spans, some_posts, st.lists(relief(), max_size=3), rows_somewhere())
def test_whoever_held_the_same_posts_in_a_span_needs_the_same(which, posts, reliefs, rows):
    span, category = which
    posts = sorted(posts, key=lambda post: post.active_from)

    known = Needs(rows).need_in(span, category, posts=posts, reliefs=reliefs)

    assert known == need_in(span, category, posts=posts, reliefs=reliefs, rows=rows)
