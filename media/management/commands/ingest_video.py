"""Recordings from files and whole folders of this machine."""

import os
import sys
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from lms.lib.durations import format_seconds
from lms.people.models import Org
from media.backends.errors import ToolFailed
from media.backends.limits import limits
from media.backends.probe import probe
from media.domain.queueing import wait_text, waits
from media.domain.receiving import CannotReceive, find_same, receive_video, sha256_of
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.enums import WAITING, FailureCode, Language, VideoStatus
from media.models import Video

# What a folder may hold beside recordings: it is named and left alone.
_NO_RECORDING = frozenset({FailureCode.NOT_MEDIA, FailureCode.NOTHING_PLAYABLE})


class Command(BaseCommand):
    help = (
        "Receive recordings, of a folder all that lie in it and below, in the order of their names; with --wait also "
        "convert them and recognise the speech. Run again, it goes on: what is here already is only named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
        parser.add_argument("--title", default="", help="title of a single recording; the file's name otherwise")
        parser.add_argument("--language", default=Language.CHINESE.value, choices=Language.values)
        parser.add_argument("--org", default="", metavar="CODE", help="organisation that owns it")
        parser.add_argument("--ai-generated", action="store_true", help="picture or voice were generated")
        parser.add_argument("--wait", action="store_true", help="stay until every recording is ready or has failed")

    def handle(self, *args: Any, paths: list[Path], title: str, language: str, org: str, **options: Any) -> None:
        owner = self._owner(org)
        given = {"language": language, "org": owner, "ai_generated": options["ai_generated"]}
        done: Counter[str] = Counter()
        for path, is_named in files_of(paths):
            outcome, line = self._one(path, given | {"title": title}, is_named=is_named, wait=options["wait"])
            done[outcome] += 1
            self.stdout.write(line)
        said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(done.items())) or "nothing found"
        if failed := done["failed"]:
            raise CommandError(f"{failed} of {done.total()} files did not succeed ({said}).")
        if any(path.is_dir() for path in paths):
            self.stdout.write(f"{done.total()} files: {said}.")

    def _one(self, path: Path, given: dict[str, Any], *, is_named: bool, wait: bool) -> tuple[str, str]:
        """What became of one file, in a word and in a line."""
        try:
            video = find_same(sha256_of(path), given["org"])
            here = video is not None
            if video is None:
                if not is_named and not is_recording(path):
                    return "skipped", f"skipped   {path}: not a recording"
                video = receive_video(path, by=None, at=timezone.now(), **given)
        except (CannotReceive, OSError) as error:
            return "failed", f"failed    {path}: {error}"
        if wait:
            self._wait(video)
            video.refresh_from_db()
        outcome = "failed" if video.status == VideoStatus.FAILED else "known" if here else "received"
        return outcome, line_of(video, path, here)

    def _owner(self, code: str) -> Org:
        orgs = Org.objects.filter(code=code) if code else Org.objects.all()[:2]
        found = list(orgs)
        if len(found) != 1:
            raise CommandError(f"No organisation has the code {code}." if code else "Name an organisation with --org.")
        return found[0]

    def _wait(self, video: Video) -> None:
        """Do the work here unless a worker is faster, and show how far it is."""
        done = threading.Event()
        bar = threading.Thread(target=show_progress, args=(video.pk, done), daemon=True)
        if sys.stderr.isatty():
            bar.start()
        try:
            while True:
                video.refresh_from_db()
                if video.status == VideoStatus.RECEIVED:
                    transcode(video.pk)
                elif video.status == VideoStatus.TRANSCODED:
                    transcribe(video.pk)
                elif video.status in (VideoStatus.READY, VideoStatus.FAILED) or video.taken_down_at:
                    return
                else:
                    time.sleep(0.5)
        finally:
            done.set()
            if bar.is_alive():
                bar.join()


def files_of(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """The files, and whether each was named itself; those of a folder in the order of their names, links left alone."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                found = Path(folder, name)
                if found.is_file() and not found.is_symlink():
                    yield found, False


def is_recording(path: Path) -> bool:
    """Whether there is anything to play in it; a damaged recording counts, conversion will say what is wrong."""
    try:
        probe(path, limits=limits())
    except ToolFailed as error:
        return error.code not in _NO_RECORDING
    return True


def line_of(video: Video, path: Path, here: bool) -> str:
    """One line of result."""
    if video.status == VideoStatus.FAILED:
        return f"failed    {path}: {video.get_failure_code_display()}"
    state = "ready" if video.is_ready else "received"
    wait = "" if video.is_ready else waiting_line(video)
    length = f", {format_seconds(video.decoded_seconds)}" if video.decoded_seconds is not None else ""
    return f"{state:9} {path}: {video.code}{length}{' (was here already)' if here else ''}{wait}"


def waiting_line(video: Video) -> str:
    """How long it will wait for a worker, where it does."""
    wait = waits(at=timezone.now()).get(video.pk)
    return f" · {wait_text(wait)}" if wait else ""


def show_progress(video_id: int, done: threading.Event) -> None:
    """A bar on the terminal, drawn from the row, so that it is true whoever works."""
    while not done.wait(0.5):
        video = Video.objects.get(pk=video_id)
        for progress in video.stage_progress.values():
            percent = progress.get("percent")
            if percent is None:
                text = format_seconds(int(progress["done"]))
            else:
                text = f"[{'#' * (percent // 4):25}] {percent:3} %"
            left = progress.get("left_seconds")
            more = f", {format_seconds(left)} left" if left is not None else ""
            sys.stderr.write(f"\r\033[K{video.status} {text}{more}")
            sys.stderr.flush()
        if video.status in WAITING and not video.stage_progress:
            sys.stderr.write(f"\r\033[K{video.status}{waiting_line(video)}")
    sys.stderr.write("\r\033[K")
    connection.close()
