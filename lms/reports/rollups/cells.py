"""Cells: who is counted together, where these people's units lie, and which wide cell each is part of."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from lms.lib.batches import batched
from lms.people.enums import LEVEL_DIGITS, DivisionLevel
from lms.people.models import Division, Org
from lms.people.models.places import DIVISIONS
from lms.reports.rollups.adding import add_cells
from lms.reports.rollups.models import Cell, CellPost, FoldState
from lms.reports.rollups.sharing import CellKey

ROWS_AT_ONCE = 1000
_PREFECTURE, _COUNTY = LEVEL_DIGITS[DivisionLevel.PREFECTURE], LEVEL_DIGITS[DivisionLevel.COUNTY]


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a unit lies on a day, the county around it, and the level of the division it was set up in."""

    code: str
    county_code: str
    level: str


def places_since(today: date) -> date:
    """The day on which, up to today, the last place became another: from it on all lie where they lie today."""
    ended = Division.objects.filter(active_to__lte=today, successor__isnull=False)
    return ended.aggregate(last=Max("active_to"))["last"] or date.min


def cells_of(keys: Iterable[CellKey], today: date) -> dict[CellKey, int]:
    """The rows of the cells; those that are new are made."""
    texts = {_text(key): key for key in keys}
    known = dict(Cell.objects.filter(key__in=texts).values_list("key", "pk"))
    fresh = {text: key for text, key in texts.items() if text not in known}
    if fresh:
        homes = _homes_on(today, {org for key in fresh.values() for place in key for org in place[:2]})
        known |= _make(fresh, homes)
    return {key: known[text] for text, key in texts.items()}


def _text(key: Iterable[tuple[object, int, str]]) -> str:
    return ";".join(f"{place}:{authority}:{category}" for place, authority, category in key)


def _make(fresh: dict[str, CellKey], homes: dict[int, _Home]) -> dict[str, int]:
    wide = _wide_cells({_text(_widened(key, homes)): _widened(key, homes) for key in fresh.values()}, homes)
    Cell.objects.bulk_create(
        (Cell(key=text, wide_id=wide[_text(_widened(key, homes))]) for text, key in fresh.items()),
        batch_size=ROWS_AT_ONCE,
    )
    known = dict(Cell.objects.filter(key__in=fresh).values_list("key", "pk"))
    CellPost.objects.bulk_create(
        (
            _post(known[text], key, rank, homes, org_id=key[rank][0], org_code=homes[key[rank][0]].code)
            for text, key in fresh.items()
            for rank in range(len(key))
        ),
        batch_size=ROWS_AT_ONCE,
    )
    return known


def _wide_cells(keys: dict[str, tuple[tuple[str, int, str], ...]], homes: dict[int, _Home]) -> dict[str, int]:
    """The rows of the wide cells; those that are new are made."""
    known = dict(Cell.objects.filter(key__in=keys).values_list("key", "pk"))
    fresh = [text for text in keys if text not in known]
    Cell.objects.bulk_create((Cell(key=text) for text in fresh), batch_size=ROWS_AT_ONCE)
    known |= dict(Cell.objects.filter(key__in=fresh).values_list("key", "pk"))
    CellPost.objects.bulk_create(
        (
            _post(known[text], keys[text], rank, homes, org_code=keys[text][rank][0])
            for text in fresh
            for rank in range(len(keys[text]))
        ),
        batch_size=ROWS_AT_ONCE,
    )
    return known


def _post(
    cell_id: int,
    key: tuple[tuple[object, int, str], ...],
    rank: int,
    homes: dict[int, _Home],
    *,
    org_code: str,
    org_id: int | None = None,
) -> CellPost:
    _place, authority_id, category = key[rank]
    return CellPost(
        cell_id=cell_id,
        rank=rank,
        is_only=len(key) == 1,
        org_id=org_id,
        authority_id=authority_id,
        category=category,
        org_code=org_code,
        authority_code=homes[authority_id].code,
        authority_level=homes[authority_id].level,
    )


def _widened(key: CellKey, homes: dict[int, _Home]) -> tuple[tuple[str, int, str], ...]:
    return tuple((homes[org].county_code, authority, category) for org, authority, category in key)


def _homes_on(day: date, orgs: Collection[int] | None) -> dict[int, _Home]:
    counties = set(Division.objects.filter(code__endswith="000000").values_list("code", flat=True))
    found = Org.objects.select_related(DIVISIONS)
    homes = {}
    for org in found if orgs is None else found.filter(pk__in=orgs):
        code = org.division.current(day).code
        county = code[:_COUNTY].ljust(12, "0")
        # Towns that lie in a prefecture itself, and places of a county that nobody entered, stand for themselves.
        is_within = code[_PREFECTURE:_COUNTY] != "00" and county in counties
        homes[org.pk] = _Home(code, county if is_within else code, org.division.level)
    return homes


def follow_places(state: FoldState) -> None:
    """The codes of all cells say where units and authorities lie on the state's day; sums of counties go along."""
    state.places_since = places_since(state.day)
    homes = _homes_on(state.day, None)
    wrong, moved = [], set()
    for post in CellPost.objects.iterator(chunk_size=10_000):
        code = homes[post.org_id].code if post.org_id else post.org_code
        authority_code = homes[post.authority_id].code
        if code != post.org_code:
            moved.add(post.cell_id)
        if (post.org_code, post.authority_code) != (code, authority_code):
            post.org_code, post.authority_code = code, authority_code
            wrong.append(post)
    CellPost.objects.bulk_update(wrong, ["org_code", "authority_code"], batch_size=500)
    for some in batched(sorted(moved), ROWS_AT_ONCE):
        _move(some, homes)


def _move(cells: list[int], homes: dict[int, _Home]) -> None:
    """Make the cells part of the wide cells in which their units lie now."""
    posts: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    rows = CellPost.objects.filter(cell__in=cells).order_by("cell", "rank")
    for cell_id, org_id, authority_id, category in rows.values_list("cell_id", "org_id", "authority_id", "category"):
        posts[cell_id].append((org_id, authority_id, category))
    keys = {cell_id: _widened(tuple(key), homes) for cell_id, key in posts.items()}
    wide = _wide_cells({_text(key): key for key in keys.values()}, homes)
    changed = []
    for cell in Cell.objects.filter(pk__in=cells):
        if cell.wide_id != wide[_text(keys[cell.pk])]:
            cell.wide_id = wide[_text(keys[cell.pk])]
            changed.append(cell)
    if changed:
        ids = [cell.pk for cell in changed]
        add_cells(ids, sign=-1)
        Cell.objects.bulk_update(changed, ["wide"])
        add_cells(ids, sign=1)
