"""OpenStack Swift with its S3 interface, all of it in one process, for tests. Run by the Python that has it:

    /usr/bin/python3 tests/s3_server.py FOLDER     # Debian's python3-swift

Objects lie in the folder, in one copy. Prints its port once it listens, and ends when its input does.
"""

import logging
import sys
from pathlib import Path
from typing import Any

import eventlet
from swift.common import utils

utils.eventlet_monkey_patch()

from eventlet import wsgi  # noqa: E402
from swift.account import server as accounts  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402
from swift.container import server as containers  # noqa: E402
from swift.obj import server as objects  # noqa: E402

PROXY = """
[pipeline:main]
pipeline = catch_errors listing_formats s3api tempauth slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_testing_tester = testing-secret .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""


class Cache:
    """In the place of memcached: what was looked up, until it changes."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, key: str, **_options: Any) -> Any:
        return self.kept.get(key)

    def set(self, key: str, value: Any, **_options: Any) -> None:
        self.kept[key] = value

    def delete(self, key: str, **_options: Any) -> None:
        self.kept.pop(key, None)

    def given_to(self, app: Any) -> Any:
        return lambda environment, start: app({**environment, "swift.cache": self}, start)


def serve(app: Any) -> int:
    """The port on which it answers from now on."""
    silent = logging.getLogger("silent")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False
    listening = eventlet.listen(("127.0.0.1", 0))
    eventlet.spawn(wsgi.server, listening, app, silent, protocol=SwiftHttpProtocol, capitalize_response_headers=False)
    return int(listening.getsockname()[1])


def main(folder: Path) -> None:
    device = folder / "devices" / "one"
    device.mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
    utils.SWIFT_CONF_FILE = str(folder / "swift.conf")
    utils.validate_hash_conf()
    told = {"swift_dir": str(folder), "devices": str(device.parent), "mount_check": "false", "fallocate_reserve": "0"}
    told["log_level"] = "ERROR"
    for name, part in (("account", accounts), ("container", containers), ("object", objects)):
        ring = RingBuilder(part_power=1, replicas=1, min_part_hours=0)
        place = {"region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "device": device.name}
        ring.add_dev({**place, "port": serve(part.app_factory(told))})
        ring.rebalance()
        ring.get_ring().save(str(folder / f"{name}.ring.gz"))
    (folder / "proxy.conf").write_text(PROXY)
    print(serve(Cache().given_to(loadapp(str(folder / "proxy.conf"), told))), flush=True)
    eventlet.tpool.execute(sys.stdin.read)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
