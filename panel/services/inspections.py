"""The inspector's report (监督报告): drafted from the trail, verified on the way, and itself on record."""

from __future__ import annotations

from panel.audit import seals
from panel.audit.events import ReportDrafted
from panel.documents import inspections as report
from panel.errors import NotFound
from panel.language import _
from panel.queries import inspections, rounds
from panel.rules.permissions import Action
from panel.services import verification
from panel.services.exports import Exported
from panel.services.materials import shelf
from panel.services.office import Actor, Office
from panel.services.verification import Verification


def draft(office: Office, actor: Actor, code: str) -> Exported:
    """The report on a round as a Word document, with everything verified anew; its digest is logged."""
    with office.reading() as session:
        round_ = rounds.by_code(session, code)
        if round_ is None:
            raise NotFound("no such round")
        found = verification.check(session, shelf(office))
        policy = office.policy_named(session, round_.policy_digest)
        inspection = inspections.of_round(session, policy, round_, office.clock())
        data = report.write(inspection, found.size, said(found))
    digest = seals.file_digest(data)
    with office.change(actor, ReportDrafted) as change:
        change.permit(Action.WATCH)
        change.record(ReportDrafted(size=found.size, digest=digest), subject=round_.code, round_id=round_.id)
    return Exported(report.name(inspection), data, digest)


def said(found: Verification) -> tuple[str, ...]:
    """What a verification found, in sentences."""
    whole = _("核验了全部 {size} 条留痕，根摘要 {root}。").format(size=found.size, root=found.root)
    if not found.damages:
        return whole, _("没有发现改动。"), verification.reach(found), _(verification.CAVEAT)
    head = _("发现 {count} 处改动：").format(count=len(found.damages))
    return whole, head, *(damage.what for damage in found.damages), verification.reach(found)
