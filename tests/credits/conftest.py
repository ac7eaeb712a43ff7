import pytest

from media.models import Video
from tests.cast import Cast
from tests.credits.world import AT


@pytest.fixture
def video(cast: Cast) -> Video:
    return Video.objects.create(
        title="课时", org=cast.orgs.provider, decoded_seconds=1800, source_size_bytes=1, received_at=AT
    )
