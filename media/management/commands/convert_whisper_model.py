"""A checkpoint of openai-whisper for the faster engine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from media.backends.transcribe import TranscribeFailed


class Command(BaseCommand):
    help = "Convert a .pt of openai-whisper into a folder for TRANSCRIBE_BACKEND=faster-whisper. Needs both engines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("checkpoint", type=Path, metavar="X.pt")
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument(
            "--precise", action="store_true", help="keep 32 bits instead of 8: four times as large, half as fast"
        )

    def handle(self, *args: Any, checkpoint: Path, folder: Path, precise: bool, **options: Any) -> None:
        from media.backends.transcribe.converting import convert

        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} exists and is not empty.")
        try:
            convert(checkpoint, folder.absolute(), quantization=None if precise else "int8")
        except TranscribeFailed as failure:
            raise CommandError(failure.detail) from failure
        size = sum(file.stat().st_size for file in folder.iterdir())
        self.stdout.write(f"{folder} written, {size / 1e6:.1f} MB. Name it in WHISPER_MODEL.")
