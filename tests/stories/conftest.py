"""Stories: nothing faked, one site for each module."""

from collections.abc import Iterator

import pytest

from tests.stories.fresh import FreshPlaces, fresh_places
from tests.stories.site import Site

__all__ = ["fresh_places"]

PHONE = {"width": 360, "height": 800}
DESK = {"width": 1440, "height": 900}
# The two courses that can be finished in one sitting.
COURSES = {
    "gov-reach": ["gov-reach-notice", "gov-reach-absent", "gov-reach-offline", "gov-reach-feedback"],
    "live-start": ["live-start-first", "live-start-account", "live-start-table", "live-start-talk"],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, fresh_places: FreshPlaces) -> Iterator[Site]:
    """The demo's site with the lessons of two courses, from recordings that real workers prepared while it was up."""
    place = Site(tmp_path_factory.mktemp("site"))
    try:
        place.migrate(fresh_places)
        place.manage("load_demo", "--only", *COURSES["gov-reach"], *COURSES["live-start"])
        place.open()
        place.manage("grow_demo", "--no-history", timeout=600)
        yield place
    finally:
        place.close()
