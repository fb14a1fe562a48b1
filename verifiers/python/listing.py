"""The newest result of a round in words."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.python.report import Json

REASONS = {
    "selected": ("入选", "selected"),
    "below_cap": ("限额之外", "outside the cap"),
    "tie_lost": ("并列未入选", "tied, not selected"),
    "studio_not_selected": ("随工作室落选", "fallen with its studio"),
    "linked_studio_refused": ("所属工作室未受理", "studio not accepted"),
    "below_pass_mark": ("低于合格线", "below the pass mark"),
    "below_floor": ("单项低于最低线", "below a floor"),
    "too_few_sheets": ("有效评分表不足", "too few valid sheets"),
    "not_connected": ("得分不可比", "scores not comparable"),
    "no_spread": ("评分未分高低", "no differences scored"),
    "vetoed": ("一票否决", "vetoed"),
    "refused": ("不予受理", "refused"),
    "withdrawn": ("已撤回申报", "application withdrawn"),
}
TRACKS = {"studio": ("工作室", "Studios"), "project": ("项目", "Projects")}


def listing(one: Json) -> Iterator[str]:
    """The newest result of a round, best first, as it came out here."""
    zh, en = ("最终结果", "final result") if one["final"] else ("尚未确认的结果", "result not yet final")
    yield f"\n批次 {one['code']} 重新算出的{zh} / Round {one['code']}, {en}, computed here:"
    for track, names in TRACKS.items():
        yield f"  {names[0]} {names[1]}"
        own = [place for place in one["places"] if place["track"] == track]
        for place in sorted(own, key=lambda place: (place["rank"] or len(own) + 1, place["application"])):
            rank = place["rank"] or "-"
            yield (
                f"    {rank:>3}  {place['application']:<8} {_score(place['official'], one['decimals']):>8}  "
                + " ".join(REASONS[place["reason"]])
            )


def _score(scaled: int | None, decimals: int) -> str:
    if scaled is None:
        return "-"
    whole, rest = divmod(abs(scaled), 10**decimals)
    return ("-" if scaled < 0 else "") + (f"{whole}.{rest:0{decimals}d}" if decimals else str(whole))
