"""Keys of a development machine: made once, readable by their owner only, kept apart from the data."""

import json
import secrets
from contextlib import suppress
from pathlib import Path


def load_or_make_keys(folder: Path) -> tuple[str, dict[str, str], str]:
    """The signing key, the field keys by key id and the sealing key (hex) kept in `folder`."""
    path = folder / "dev-keys.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = {
            "secret_key": secrets.token_urlsafe(50),
            "field_keys": {"dev1": secrets.token_hex(32)},
            "sealing_key": secrets.token_hex(32),
        }
        part = path.with_suffix(f".{secrets.token_hex(4)}")
        part.touch(mode=0o600)
        part.write_text(json.dumps(keys))
        with suppress(FileExistsError):  # several processes may start at once: the first one wins
            path.hardlink_to(part)
        part.unlink()
    keys = json.loads(path.read_text())
    return keys["secret_key"], keys["field_keys"], keys["sealing_key"]
