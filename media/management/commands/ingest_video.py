"""Recordings from files of this machine."""

import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from lms.lib.durations import format_seconds
from lms.people.models import Org
from media.domain.receiving import CannotReceive, find_same, receive_video, sha256_of
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.enums import WAITING, Language, VideoStatus
from media.models import Video


class Command(BaseCommand):
    help = "Receive recordings; with --wait also convert them and recognise the speech. Run again, it goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--title", default="", help="title of the recording; the file's name otherwise")
        parser.add_argument("--language", default=Language.CHINESE.value, choices=Language.values)
        parser.add_argument("--org", default="", metavar="CODE", help="organisation that owns it")
        parser.add_argument("--ai-generated", action="store_true", help="picture or voice were generated")
        parser.add_argument("--wait", action="store_true", help="stay until every recording is ready or has failed")

    def handle(self, *args: Any, files: list[Path], title: str, language: str, org: str, **options: Any) -> None:
        owner = self._owner(org)
        failed = 0
        for path in files:
            try:
                video, here = self._receive(path, title, language, owner, options["ai_generated"])
            except (CannotReceive, OSError) as error:
                failed += 1
                self.stdout.write(f"failed    {path}: {error}")
                continue
            if options["wait"]:
                self._wait(video)
                video.refresh_from_db()
            failed += video.status == VideoStatus.FAILED
            self.stdout.write(line_of(video, path, here))
        if failed:
            raise CommandError(f"{failed} of {len(files)} files did not succeed.")

    def _owner(self, code: str) -> Org:
        orgs = Org.objects.filter(code=code) if code else Org.objects.all()[:2]
        found = list(orgs)
        if len(found) != 1:
            raise CommandError(f"No organisation has the code {code}." if code else "Name an organisation with --org.")
        return found[0]

    def _receive(self, path: Path, title: str, language: str, owner: Org, ai_generated: bool) -> tuple[Video, bool]:
        """The recording of this file, and whether it was here before."""
        same = find_same(sha256_of(path), owner)
        if same:
            return same, True
        video = receive_video(
            path, title=title, org=owner, by=None, language=language, at=timezone.now(), ai_generated=ai_generated
        )
        return video, False

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


def line_of(video: Video, path: Path, here: bool) -> str:
    """One line of result."""
    if video.status == VideoStatus.FAILED:
        return f"failed    {path}: {video.get_failure_code_display()}"
    state = "ready" if video.is_ready else "received"
    length = f", {format_seconds(video.decoded_seconds)}" if video.decoded_seconds is not None else ""
    return f"{state:9} {path}: {video.code}{length}{' (was here already)' if here else ''}"


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
            sys.stderr.write(f"\r\033[K{video.status}")
    sys.stderr.write("\r\033[K")
    connection.close()
