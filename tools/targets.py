"""What a finger must be able to hit: everything that can be tapped, measured where it can be tapped.

The box of an element does not count but where a tap reaches it: its label and what it spreads out belong to
it, what covers it does not. A link inside a sentence is as high as its line and left out (WCAG 2.2, 2.5.8).
"""

from __future__ import annotations

from playwright.sync_api import Page

LEAST = 48
"""CSS pixels, both ways (experience.md; WCAG 2.2 asks for 24, 2.5.5 for 44)."""

_SMALL = """least => {
  const known = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const shown = one => one.checkVisibility({ visibilityProperty: true }) && !one.disabled;
  const within = one => {
    if (one.localName !== "a" || getComputedStyle(one).display !== "inline") return false;
    const near = one.closest("p, li, dd, td, th");
    return near !== null && near.textContent.trim() !== one.textContent.trim();
  };
  const reach = (one, dx, dy) => {
    const places = [one, ...(one.labels ?? [])].map(each => each.getBoundingClientRect());
    const box = places.sort((a, b) => b.width * b.height - a.width * a.height)[0];
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const hit = far => {
      const at = document.elementFromPoint(x + dx * far, y + dy * far);
      const target = at?.closest(`${known}, label`);
      return target === one || (target?.localName === "label" && target.control === one);
    };
    let far = hit(least / 2 - 0.5) ? least / 2 : 0;
    while (far < least / 2 && hit(far)) far += 1;
    return far;
  };
  const size = one => [reach(one, -1, 0) + reach(one, 1, 0) - 1, reach(one, 0, -1) + reach(one, 0, 1) - 1];
  const found = [];
  for (const one of document.querySelectorAll(known)) {
    if (!shown(one) || within(one)) continue;
    if (Math.min(...size(one)) >= least - 1) continue;
    one.scrollIntoView({ block: "center", inline: "center" });
    if (one.getBoundingClientRect().bottom <= 0) continue;  // waits above the page for the keyboard
    const [wide, high] = size(one);
    if (Math.min(wide, high) < least - 1)
      found.push(`${Math.max(wide, 0)} x ${Math.max(high, 0)} px: ${one.outerHTML.slice(0, 120)}`);
  }
  return found;
}"""


def small(screen: Page) -> list[str]:
    """The targets of the page at hand that are smaller than they must be, with what was measured."""
    return list(screen.evaluate(_SMALL, LEAST))
