"""Words for recognition from a text file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.people.models import Org
from media.enums import Language
from media.models import GlossaryTerm


class Command(BaseCommand):
    help = (
        "Add words from a UTF-8 text file: one a line, wrong spellings after a colon, separated by commas "
        "(村两委: 村俩委, 村两喂). Run again, it adds nothing; spellings of a word that is there are joined."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--org", default="", metavar="CODE", help="organisation; without it, for everybody")
        parser.add_argument("--language", default=Language.CHINESE.value, choices=Language.values)
        parser.add_argument("--dry-run", action="store_true", help="only say what would be added")

    def handle(self, *args: Any, file: Path, org: str, language: str, dry_run: bool, **options: Any) -> None:
        owner = Org.objects.filter(code=org).first()
        if org and owner is None:
            raise CommandError(f"No organisation has the code {org}.")
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as UTF-8 text: {error}") from error
        changed = 0
        for line in lines:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            text, _colon, heard = line.replace("：", ":").partition(":")
            term = GlossaryTerm.objects.filter(org=owner, language=language, text=text.strip()).first()
            term = term or GlossaryTerm(org=owner, language=language, text=text.strip())
            spellings = [one.strip() for one in heard.replace("，", ",").split(",") if one.strip()]
            missing = [one for one in spellings if one not in term.spellings]
            if term.pk and not missing:
                continue
            term.heard_as = "\n".join([*term.spellings, *missing])
            changed += 1
            if not dry_run:
                term.full_clean()
                term.save()
        self.stdout.write(f"{changed} words {'would be' if dry_run else 'were'} added or completed.")
