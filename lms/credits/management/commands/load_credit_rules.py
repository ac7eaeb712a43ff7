"""Load presets of credit rules and requirements, and put one in force."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lms.credits.domain.adopting import RuleRefused, adopt_rule, load_presets
from lms.credits.models import CreditRule

PRESETS = Path(__file__).resolve().parents[2] / "data" / "presets.yaml"


class Command(BaseCommand):
    help = "Load presets from a YAML file, once; with --adopt CODE --region DIVISION --since DAY put one in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, default=PRESETS)
        parser.add_argument("--adopt", metavar="CODE")
        parser.add_argument("--region", metavar="DIVISION", help="12-digit division code")
        parser.add_argument("--since", metavar="DAY", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            added = load_presets(yaml.safe_load(options["file"].read_text(encoding="utf-8")))
            self.stdout.write(f"{added} rules and requirements added.")
            if options["adopt"]:
                self._adopt(options["adopt"], options["region"], options["since"])
        except (RuleRefused, OSError, yaml.YAMLError) as error:
            raise CommandError(str(error)) from error

    def _adopt(self, code: str, region: str | None, since: date | None) -> None:
        preset = CreditRule.objects.filter(code=code, region_code="", authority=None).order_by("-active_from").first()
        if preset is None or not region or since is None:
            raise CommandError("--adopt needs the code of a preset, --region and --since.")
        rule = adopt_rule(preset, region_code=region, active_from=since, at=timezone.now())
        self.stdout.write(f"{rule.code} is in force in {rule.region_code} from {rule.active_from}.")
