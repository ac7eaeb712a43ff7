"""The service worker at the root of the site, because a worker looks after what lies beneath its own address.

Vite builds it (lms/frontend/worker/). Where the operator has switched it off, its address answers with one that takes
itself out of every phone that asks, and the lessons kept there with it; what was watched stays and is sent by the next
lesson's page.
"""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

# Clears away all that is kept (lms/frontend/kept/words.ts, lessons.ts), but never the tables of reports and answers.
RETIRED = """\
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([
  caches.keys().then((names) => Promise.all(
    names.filter((name) => name.startsWith("tianjian-frame-")).map((name) => caches.delete(name)))),
  ...["tianjian-lessons", "tianjian-screenings"].map((name) => new Promise((done) => {
    const cleared = indexedDB.deleteDatabase(name);
    cleared.onsuccess = cleared.onerror = cleared.onblocked = done;
    setTimeout(done, 2000); // pages wait for this worker meanwhile; what was asked for is done all the same
  })),
]).catch(() => undefined).then(() => self.registration.unregister())));
"""


def _script() -> bytes:
    """What browsers are to run now; nothing where the front end was not built."""
    if not settings.SERVICE_WORKER:
        return RETIRED.encode()
    found = finders.find("sw.js")
    return _read(Path(found), Path(found).stat().st_mtime_ns) if isinstance(found, str) else b""


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> bytes:
    return path.read_bytes()


def _etag(_request: HttpRequest) -> str:
    return f'"{sha256(_script()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_etag)
def service_worker(_request: HttpRequest) -> HttpResponse:
    """The script, to be asked for anew each time: a new one, or its end, must reach phones at once."""
    script = _script()
    if not script:
        raise Http404
    response = HttpResponse(script, content_type="application/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
