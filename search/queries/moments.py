"""The places in recordings at which something is said: lines to rank, and the captions that people see."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from media.models import Cue
from search.queries.candidates import FoundLine, lines_of
from search.queries.ranking import Line


@dataclass(frozen=True, slots=True)
class Moment:
    """A line that answers, as its captions have it, and where it is said."""

    start_ms: int
    text: str
    language: str

    @property
    def seconds(self) -> int:
        return self.start_ms // 1000


class SpokenLines:
    """The lines of some recordings that hold something of the question, of the one transcript that holds most."""

    def __init__(self, videos: set[int], ways: Sequence[Sequence[str]]) -> None:
        found: dict[int, list[FoundLine]] = defaultdict(list)
        for line in lines_of(videos, ways):
            found[line.transcript].append(line)
        # Of several as many the first.
        ranked = sorted(found.values(), key=lambda lines: (len(lines), -lines[0].transcript))
        self._found = {lines[0].video: lines for lines in ranked}

    def of(self, video: int | None) -> list[Line]:
        """As they are ranked, in their order."""
        return [Line(line.number, line.start_ms, line.text) for line in self._found.get(video or 0, ())]

    def moments(self, wanted: Iterable[tuple[int | None, Line]]) -> dict[tuple[int | None, Line], Moment]:
        """These lines, each with its recording, as captions have them; in one query."""
        first = {(video, line): self._found[video][0] for video, line in wanted if video}
        cues = Cue.objects.filter(
            transcript_id__in={spoken.transcript for spoken in first.values()},
            number__in={line.number for _video, line in first},
        )
        said = {
            (transcript, number): (start_ms, text)
            for transcript, number, start_ms, text in cues.values_list("transcript_id", "number", "start_ms", "text")
        }
        return {
            (video, line): Moment(*said[key], spoken.language)
            for (video, line), spoken in first.items()
            if (key := (spoken.transcript, line.number)) in said
        }
