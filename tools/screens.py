"""Every page of everybody, at every size, light and dark, in both languages: `python -m tools.screens DIR`.

Takes pictures into the folder and says what a look at them would miss: what is wider than the window, what a
script or the security policy refused, and (with --axe) what keeps people out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Annotated

import typer
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Screen

from panel.cli.cycle import PASSWORD, Milestone
from tests import browser as browsers
from tools import pages, site, targets

SIZES: dict[str, site.Size] = {
    "portrait": (800, 1280),
    "landscape": (1280, 800),
    "desk": (1440, 900),
    "zoomed": (720, 450),  # 1440 x 900 at 200 %
    "phone": (320, 640),  # 1280 x 800 at 400 %
}
STARTS = {
    "public": ("/sign-in", "/activate", "/receipt", "/no-such-page"),
    "admin": ("/admin/", "/admin/no-such-page"),
    "secretary": ("/secretary/", "/account/password"),
    "inspector": ("/inspector/",),
    "E1": ("/expert/",),
}
AXE = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
_VIOLATIONS = """options => axe.run(options).then(({ violations }) => violations.map(
  ({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} (${nodes.length})`))"""
_TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
_MUTE = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let at = texts.nextNode(); at; at = texts.nextNode()) {
    const near = at.parentElement;
    if (/[\u4e00-\u9fff]/.test(at.data) && near.closest("[lang]").lang === "en" && !near.closest("script"))
      found.push(at.data.trim());
  }
  return found;
}"""


def kept_out(screen: Screen) -> list[str]:
    """What axe finds on the page as it stands: the rule, the first place, and how many there are."""
    screen.evaluate(Axe().axe_script)
    return list(screen.evaluate(_VIOLATIONS, AXE))


def faults(screen: Screen, axe: bool) -> Iterator[str]:
    """What is wrong with the page as it stands."""
    if screen.evaluate(_TOO_WIDE):
        yield "wider than the window"
    for text in screen.evaluate(_MUTE):
        yield f"Chinese that does not say so: {text}"
    if axe:
        yield from kept_out(screen)
        if screen.evaluate("document.documentElement.dataset.role") == "expert":
            yield from targets.small(screen)


def found(place: site.Site, login: str, each: int) -> list[pages.Page]:
    """The pages that one person can walk to."""
    if login == "public":
        return [pages.Page(path, path, "") for path in STARTS[login]]
    return pages.walk(place.app, pages.visitor(place.app, login, PASSWORD), *STARTS[login], each=each)


def tour(
    browser: Browser,
    place: site.Site,
    login: str,
    folder: Path,
    *,
    languages: Iterable[str],
    schemes: Iterable[str],
    sizes: Iterable[str],
    axe: bool,
    each: int,
) -> int:
    """All pages of one person; answers how many faults were found."""
    count = 0
    walked = found(place, login, each)
    heard: list[str] = []
    with site.device(browser, place.url, SIZES["desk"], "" if login == "public" else login) as screen:
        screen.on("pageerror", lambda error: heard.append(str(error)))
        screen.on(
            "console", lambda said: heard.append(said.text) if "Content Security" in said.text else None
        )
        for language in languages:
            screen.goto("/sign-in" if login == "public" else "/account/password")
            site.speak(screen, language)
            for page, scheme, size in product(walked, schemes, sizes):
                screen.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                screen.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
                screen.goto(page.path)
                name = f"{login}.{page.endpoint.strip('/')}.{walked.index(page)}.{language}.{scheme}.{size}"
                screen.screenshot(path=folder / f"{name}.png", full_page=True)
                for fault in (*faults(screen, axe), *heard):
                    count += 1
                    typer.echo(f"{name}: {fault}")
                heard.clear()
    return count


def main(
    folder: Annotated[Path, typer.Argument(help="Where the pictures go.")],
    stage: Annotated[Milestone, typer.Option(help="How far the demonstration has come.")] = Milestone.FINAL,
    home: Annotated[Path | None, typer.Option(help="Keep the demonstration here for the next time.")] = None,
    only: Annotated[str, typer.Option(help="Whose pages, by login.")] = ",".join(STARTS),
    languages: Annotated[str, typer.Option()] = "zh_CN,en",
    schemes: Annotated[str, typer.Option()] = "light,dark",
    sizes: Annotated[str, typer.Option()] = ",".join(SIZES),
    axe: Annotated[bool, typer.Option(help="Look for what keeps people out as well.")] = False,
    each: Annotated[int, typer.Option(help="How many pages of one kind.")] = 1,
) -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as scratch:
        browser = driver.chromium.launch(executable_path=browsers.find(), args=["--no-sandbox"])
        with site.standing(home or Path(scratch, "home"), stage) as place:
            for login in only.split(","):
                count += tour(
                    browser,
                    place,
                    login,
                    folder,
                    languages=languages.split(","),
                    schemes=schemes.split(","),
                    sizes=sizes.split(","),
                    axe=axe,
                    each=each,
                )
        browser.close()
    raise typer.Exit(1 if count else 0)


if __name__ == "__main__":
    typer.run(main)
