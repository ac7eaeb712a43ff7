"""The plan of the house, checked: floors, top level, settings, and nothing of one machine in what is shared."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
OWN_APPS = sorted(config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT / "lms"))
OWN_APPS += ["courses", "media", "search"]
TOP_FOLDERS = {"lms", "courses", "media", "search", "tests", "deploy", ".ci"}
TOP_FILES = {
    "manage.py",
    "pyproject.toml",
    "README.md",
    "README.zh-CN.md",
    "Makefile",
    "LICENSE",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "requirements.lock",
    "requirements-speech.lock",
    "requirements-speech-fast.lock",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
}
# Built of pieces, so that this file does not find itself.
NOT_OF_ONE_MACHINE = re.compile(
    "|".join(
        ["/" + "work/", "/" + "root/", "/" + "opt/wheels", "/home/" + r"\w", "py" + "pi(?!nyin)", "registry" + r"\.npm"]
    )
)
MAY_NAME_REGISTRIES = {"package-lock.json"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_import_contracts_hold():
    lint_imports = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_own_app_stands_in_both_contracts():
    floors = re.findall(r"[\w.]+", " ".join(CONTRACTS[0]["layers"]))

    assert sorted(OWN_APPS) == sorted(CONTRACTS[1]["containers"])
    assert set(OWN_APPS) <= set(floors)


def test_top_level_holds_what_was_agreed_and_nothing_else():
    names = {path.parts[0] for path in tracked() if len(path.parts) > 1}
    files = {path.name for path in tracked() if len(path.parts) == 1 and not path.name.startswith(".")}

    assert names == TOP_FOLDERS
    assert files == TOP_FILES


def test_no_file_names_one_machine_or_a_registry():
    found = []
    for path in tracked():
        if path.name in MAY_NAME_REGISTRIES:
            continue
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path}: {match.group()}" for match in NOT_OF_ONE_MACHINE.finditer(text)]

    assert found == []


@pytest.mark.parametrize("app", OWN_APPS)
def test_every_app_says_why_it_exists(app: str):
    readme = ROOT / app.replace(".", "/") / "README.md"

    assert readme.is_file()
    assert len([line for line in readme.read_text().splitlines() if line.strip()]) >= 5


def settings_read(*names: str) -> set[str]:
    """The environment variables that settings modules read through lms.lib.env."""
    found = set()
    for name in names:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("env.", "os.environ.")):
                found.add(ast.literal_eval(node.args[0]))
    return found


def test_units_and_containers_run_the_same_commands():
    units = [
        re.sub(r"^python ", "", line[1])
        for path in (ROOT / "deploy/systemd").glob("*.service")
        for line in [re.search(r"^ExecStart=/srv/tianjian/\.venv/bin/(.+)$", path.read_text(), flags=re.MULTILINE)]
        if line
    ]
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]
    commands = [" ".join(service["command"][1:]) for service in compose.values() if "command" in service]
    image = re.search(r"^CMD (\[.+\])$", (ROOT / "deploy/Dockerfile").read_text(), flags=re.MULTILINE)

    assert image is not None
    assert " ".join(ast.literal_eval(image[1])) in units
    for command in commands:
        assert command.removesuffix(" --every 3600").removesuffix(" --noinput") in [*units, "manage.py migrate"]


def test_env_example_explains_every_setting_and_no_other():
    text = (ROOT / "deploy/env.example").read_text()
    explained = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, flags=re.MULTILINE)
    read = settings_read("lms/settings/base.py", "lms/settings/production.py", "deploy/gunicorn.conf.py")

    assert sorted(explained) == sorted(read)


def test_env_example_shows_the_values_that_hold_by_default():
    text = (ROOT / "deploy/env.example").read_text()
    shown = dict(re.findall(r"^#([A-Z][A-Z0-9_]+)=(.*)$", text, flags=re.MULTILINE))
    defaults: dict[str, object] = {}
    for name in ("lms/settings/base.py", "lms/settings/production.py", "deploy/gunicorn.conf.py"):
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("env.", "os.environ.")):
                value = ast.unparse(node.args[1]) if len(node.args) > 1 else ""
                if re.fullmatch(r"[\w' .+*-]*", value.replace("_", "")) and "VAR_DIR" not in value:
                    defaults[ast.literal_eval(node.args[0])] = eval(value) if value else ""
    written = {name: str(value) for name, value in defaults.items()}
    written |= {name: "yes" if value else "no" for name, value in defaults.items() if isinstance(value, bool)}
    wrong = {name: (value, written[name]) for name, value in shown.items() if value != written.get(name, value)}

    assert wrong == {}


def test_tools_that_make_the_first_setup_need_only_the_standard_library():
    code = "import sys; import lms.tools.demo, lms.tools.setup, lms.tools.soak, lms.tools.browser, lms.tools.messages"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"sys = __import__('sys'); sys.path.insert(0, '.'); {code}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
