"""Links of a built site: each that stays inside leads somewhere, and no page loads anything from elsewhere.

python docs/links.py build/site
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {("img", "src"), ("script", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif name in ("href", "src") and value:
                self.links.append((tag, name, value))


def broken_links(site: Path) -> Iterator[str]:
    """One line for each link that leads nowhere, and for each thing loaded from elsewhere."""
    pages = {path.resolve(): _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for tag, name, link in page.links:
            problem = _problem(path, (tag, name), link, pages)
            if problem:
                yield f"{path.relative_to(site.resolve())}: {link} {problem}"


def _problem(path: Path, where: tuple[str, str], link: str, pages: dict[Path, _Page]) -> str:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return "is loaded from elsewhere" if where in LOADING and parts.scheme != "data" else ""
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return "is not there"
    anchor = unquote(parts.fragment)
    if anchor and target in pages and anchor not in pages[target].anchors:
        return "names a place that is not on the page"
    return ""


def main() -> int:
    """Print what is broken. Status 1 when anything is, or when there is no site."""
    site = Path(sys.argv[1])
    if not (site / "index.html").is_file():
        print(f"No site is in {site}.\nBuild it with: make site", file=sys.stderr)
        return 1
    problems = list(broken_links(site))
    print("\n".join(problems) or "Every link inside leads somewhere, and nothing is loaded from elsewhere.")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
