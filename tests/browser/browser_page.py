"""A real browser that opens pages, behaves like a curious visitor, and is watched from outside.

Pages are served by a local listener. An attack that runs, or that merely makes the browser fetch
something, is seen there as a request for a path that is no page; nothing inside the page is asked
to judge. The visitor is the outer page: it opens every page in a frame, and clicks, hovers and
focuses whatever has a handler or an address.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

__all__ = ["Visit", "Visitor", "armed", "find_browser"]

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--virtual-time-budget=60000",
)  # fmt: skip
KINDS = {".svg": "image/svg+xml", ".html": "text/html"}

VISITOR = """<!doctype html><meta charset="utf-8"><title>visitor</title><body><script>
const wait = ms => new Promise(done => setTimeout(done, ms));
const addressed = /^(on.*|.*href|src|srcdoc|action|formaction|data|poster|background)$/;
function act(inner) {
  for (const each of inner.querySelectorAll('*')) {
    const live = [...each.attributes].filter(one => addressed.test(one.name));
    if (each.localName === 'summary') each.click();
    if (!live.length) continue;
    for (const {name} of live)
      if (name.startsWith('on')) each.dispatchEvent(new Event(name.slice(2)));
    if (each.click) each.click(); else each.dispatchEvent(new MouseEvent('click', {bubbles: true}));
    if (each.focus) each.focus();
  }
}
function inspect(inner) {
  const names = {}, live = [];
  for (const each of (inner.body || inner.documentElement).querySelectorAll('*')) {
    names[each.localName] = (names[each.localName] || 0) + 1;
    for (const one of each.attributes)
      if (addressed.test(one.name)) live.push(each.localName + ' ' + one.name);
  }
  return {names, live, cases: inner.querySelectorAll('[data-case]').length};
}
(async () => {
  const report = {};
  for (const path of PATHS) {
    const frame = document.createElement('iframe');
    const loaded = new Promise(done => { frame.onload = done; });
    frame.src = path;
    document.body.append(frame);
    await Promise.race([loaded, wait(8000)]);
    try {
      report[path] = inspect(frame.contentDocument);
      act(frame.contentDocument);
    } catch (error) { report[path] = {error: String(error)}; }
    await wait(50);
    frame.remove();
  }
  const shown = document.createElement('pre');
  shown.id = 'report';
  shown.textContent = JSON.stringify({report, marked: window.__pwned || 0, title: document.title});
  document.body.append(shown);
})();
</script>"""


def find_browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise AssertionError("no browser; install chromium (apt-get install chromium)")


def armed(text: str, base: str, number: int) -> str:
    """*text* with ``{js}`` as code that calls home and ``{url}`` as an address there.

    The code needs no quotes, no blanks and no angle brackets, so it fits wherever markup does.
    """
    url = f"{base}/hit/{number}"
    js = f"fetch(atob(`{b64encode(url.encode()).decode()}`)),top.__pwned=1,top.document.title=7"
    return text.replace("{js}", js).replace("{url}", url)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What was seen while the browser had the pages open."""

    pages: dict[str, dict[str, Any]]
    """By path: names of elements, addresses and handlers, and how many cases were there."""
    requests: list[str]
    """Paths that were asked for and are no pages."""
    marked: bool
    """Whether some code reached the outer page."""

    @property
    def hits(self) -> set[int]:
        """Numbers of the attacks that called home."""
        return {int(found[1]) for each in self.requests if (found := re.match(r"/hit/(\d+)", each))}


@dataclass
class Visitor:
    """Serves pages and sends a browser to see them."""

    profile: Path
    pages: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        visitor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = visitor.pages.get(self.path)
                if page is None:
                    if self.path != "/favicon.ico":
                        visitor.requests.append(self.path)
                    self.send_error(404)
                    return
                body = page.encode("utf-8", "replace")
                kind = KINDS.get(Path(self.path).suffix, "text/plain")
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def visit(self, pages: Mapping[str, str]) -> Visit:
        """Open each of *pages*, by path, and behave as a person could."""
        self.requests.clear()
        self.pages = {f"/{quote(path)}": page for path, page in pages.items()}
        paths = json.dumps(list(self.pages))
        self.pages["/visitor.html"] = VISITOR.replace("PATHS", paths)
        found = subprocess.run(
            [find_browser(), *FLAGS, f"--user-data-dir={self.profile}", "--dump-dom",
             f"{self.base}/visitor.html"],
            capture_output=True, timeout=150, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        dumped = found.stdout.decode("utf-8", "replace")
        report = re.search(r'<pre id="report">(.*?)</pre>', dumped, re.S)
        assert report, dumped[-2000:] + found.stderr.decode("utf-8", "replace")[-2000:]
        told = cast(dict[str, Any], json.loads(html.unescape(report[1])))
        pages_told = {unquote(path[1:]): each for path, each in told["report"].items()}
        marked = bool(told["marked"]) or told["title"] != "visitor"
        return Visit(pages=pages_told, requests=list(self.requests), marked=marked)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
