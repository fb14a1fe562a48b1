"""Everything that the audit trail can say: a closed vocabulary, one small class for each kind of act.

An event carries identifiers, counts, digests and codes, and never a name, a phone, an ID number or a score.
Free text (a reason) is a `Said`: the log holds its digest, and the words stand in a table of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import ClassVar, NewType

Said = NewType("Said", str)
"""Words that a person wrote; logged by digest."""

Value = str | int | bool | tuple[str, ...]

VOCABULARY: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act. `act` is its name in the log, `about` the kind of thing it was done to."""

    act: ClassVar[str] = ""
    about: ClassVar[str] = ""

    def __init_subclass__(cls, act: str = "", about: str = "", **kwargs: object) -> None:
        # `slots=True` makes each class anew: the second making, which inherits the names, stays.
        cls.act = act or cls.act
        cls.about = about or cls.about
        VOCABULARY[cls.act] = cls

    def data(self) -> dict[str, Value]:
        """What the event says besides who, when and about what; empty values are left out."""
        said = {name: getattr(self, name) for name in self._fields()}
        return {name: value for name, value in said.items() if value not in ("", ())}

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        """The fields that hold people's own words."""
        return tuple(name for name, kind in cls._fields().items() if kind == "Said")

    @classmethod
    @cache
    def _fields(cls) -> Mapping[str, object]:
        # Looked up once: every save records an event.
        return {field.name: field.type for field in fields(cls)}


# --- accounts -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCreated(Event, act="account.create", about="account"):
    """An account was made; a role is given once and never changed, and so is the `expert` it belongs to."""

    role: str
    expert: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeIssued(Event, act="account.code", about="account"):
    """A one-time activation code was issued; earlier codes are void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountActivated(Event, act="account.activate", about="account"):
    """The holder chose a password with a one-time code; `credential` is the digest of its salted hash."""

    credential: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event, act="account.password", about="account"):
    """The holder changed the password; all other sessions ended."""

    credential: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReset(Event, act="account.reset", about="account"):
    """From a shell of the server, an administrator's password and sessions were ended for a new code."""

    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDisabled(Event, act="account.disable", about="account"):
    """The account can no longer sign in."""

    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEnabled(Event, act="account.enable", about="account"):
    """The account can sign in again."""

    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event, act="account.sign_in", about="account"):
    """A session began; `client` says on what kind of device and with which program, in two words."""

    client: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event, act="account.sign_out", about="account"):
    """A session was ended by its holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLocked(Event, act="account.lock", about="account"):
    """Nobody was at work for a while, or the holder locked the screen: the session shows nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUnlocked(Event, act="account.unlock", about="account"):
    """The holder gave PIN or password, and the locked session goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsReplaced(Event, act="account.replace", about="account"):
    """The holder signed in on one device more than is allowed: the sessions that began first ended."""

    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGuessed(Event, act="account.guess", about="account"):
    """Too many wrong PINs at one locked device: its session ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinLocked(Event, act="account.lock_pin", about="account"):
    """Too many wrong PINs in a row on one's own device: the PIN is void, and only a new card helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangersShutOut(Event, act="account.shut_out", about="account"):
    """Too many wrong PINs in a row on other devices: only those that the account was opened on go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRenewed(Event, act="account.renew", about="account"):
    """An expert who had signed in before gets a new card: the old PIN is void, and all sessions ended."""

    sessions: int
    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRevoked(Event, act="account.revoke_device", about="account"):
    """One session of an account was ended at once (a lost tablet); `device` names the session."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesAllowed(Event, act="account.allow_devices", about="account"):
    """On how many devices at once an expert may be signed in."""

    devices: int
    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsRevoked(Event, act="account.revoke", about="account"):
    """All sessions of an account were ended at once (a lost tablet)."""

    sessions: int


# --- the round ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCreated(Event, act="round.create", about="round"):
    """A round was opened for applications."""

    code: str
    closing_day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChanged(Event, act="round.stage", about="round"):
    """The round went to its next stage; `mode` says whether one or two persons decided."""

    stage: str
    mode: str
    policy: str = ""
    entered: str = ""
    """When scoring opens: the digest of everything that was handed in, and of the blind codes."""
    missing: tuple[str, ...] = ()
    reason: Said = Said("")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProposed(Event, act="round.propose", about="round"):
    """A step that needs a second person was proposed."""

    step: str
    reason: Said = Said("")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDeclined(Event, act="round.decline", about="round"):
    """The second person declined a proposed step, or its proposer took it back."""

    step: str
    reason: Said = Said("")


# --- intake -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReceived(Event, act="import.receive", about="import"):
    """A workbook was uploaded and read for preview; nothing was taken over yet."""

    kind: str
    digest: str
    size: int
    problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDropped(Event, act="import.drop", about="import"):
    """A previewed workbook was dropped, or a later one took its place; nothing of it was taken over."""

    kind: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImported(Event, act="import.apply", about="import"):
    """All rows of a previewed workbook were taken over."""

    kind: str
    digest: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationCorrected(Event, act="application.correct", about="application"):
    """Fields of one application were corrected."""

    fields: tuple[str, ...]
    before: str
    after: str
    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationWithdrawn(Event, act="application.withdraw", about="application"):
    """The applicant withdrew."""

    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityDecided(Event, act="application.decide", about="application"):
    """The secretary's verdict, with the automatic findings that lay before it."""

    verdict: str
    article: str
    findings: tuple[str, ...]
    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCleared(Event, act="application.clear", about="application"):
    """A word that might identify the applicant was looked at and may stay."""

    field: str
    word: Said
    reason: Said


# --- material -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialReceived(Event, act="material.receive", about="batch"):
    """Files of material were uploaded and checked; nothing was taken over yet."""

    digest: str
    size: int
    files: int
    problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialDropped(Event, act="material.drop", about="batch"):
    """A waiting upload of material was dropped."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialAdded(Event, act="material.add", about="application"):
    """A file was taken over into an application; `file` is its number, `digest` the SHA-256 of its bytes.

    `facts` is the digest of what was read of it: the text, and the digests of the page images.
    """

    file: int
    digest: str
    pages: int
    material: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialRemoved(Event, act="material.remove", about="application"):
    """A file was taken out of an application again; it is kept."""

    file: int
    digest: str
    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialReviewed(Event, act="material.review", about="application"):
    """Pages were looked at for what tells who applies; `digest` is over all the `boxes` burned in.

    `words` is the digest of the words that were sought.
    """

    file: int
    pages: tuple[str, ...]
    boxes: int
    digest: str
    words: str = ""


# --- the panel ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawPrepared(Event, act="draw.prepare", about="draw"):
    """Pool, exclusions and size of a draw stand before its seed exists."""

    attempt: int
    size: int
    pool: tuple[str, ...]
    excluded: tuple[str, ...]
    digest: str
    reason: Said = Said("")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawHeld(Event, act="draw.hold", about="draw"):
    """The seed was made and the experts drawn by it."""

    seed: str
    drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertSelected(Event, act="expert.select", about="expert"):
    """An expert was put on the panel by hand, not by the draw."""

    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertRemoved(Event, act="expert.remove", about="expert"):
    """An expert left the panel before scoring."""

    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertAbsent(Event, act="expert.absent", about="expert"):
    """A panel member does not take part."""

    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairNamed(Event, act="expert.chair", about="expert"):
    """The panel elected its chair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeSigned(Event, act="expert.pledge", about="expert"):
    """An expert took the pledge; `text` is the digest of its words, `signature` that of how it was signed."""

    text: str
    manner: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFiled(Event, act="expert.file_signature", about="expert"):
    """A print that an expert signed by hand came in; `document` is the digest of what it says."""

    document: str
    signature: str
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictsFound(Event, act="conflict.find", about="round"):
    """Conflicts were sought in the data."""

    found: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictDeclared(Event, act="conflict.declare", about="expert"):
    """An expert declared a tie to a unit or person on the list."""

    code: str
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalDecided(Event, act="recusal.decide", about="expert"):
    """Whether an expert is recused, from what, and what it rests on."""

    recused: bool
    reach: str
    target: str
    code: str
    late: bool
    reason: Said


# --- scoring ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOpened(Event, act="sheet.read", about="sheet"):
    """An expert opened the page of an application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialSeen(Event, act="material.see", about="sheet"):
    """An expert was shown a page of a file, as reviewed in `version`; noted once a session."""

    file: int
    page: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSaved(Event, act="sheet.save", about="sheet"):
    """A draft score or comment was saved; which criterion, never what value."""

    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSubmitted(Event, act="sheet.submit", about="sheet"):
    """A sheet was sealed: `c` is the salted commitment to its scores, `signature` how it was signed."""

    c: str
    manner: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReturned(Event, act="sheet.return", about="sheet"):
    """A submitted sheet was given back to its expert for a new revision."""

    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetVoided(Event, act="sheet.void", about="sheet"):
    """A sheet was excluded from the result and kept."""

    reason: Said


# --- the result ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SealsOpened(Event, act="seal.open", about="round"):
    """All sealed sheets were opened: digest over every salt and score."""

    openings: str
    sheets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingComputed(Event, act="ranking.compute", about="ranking"):
    """A ranking was computed from the stored inputs."""

    method: str
    policy: str
    inputs: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRecorded(Event, act="vote.record", about="round"):
    """A named vote on a tie was recorded; who voted for what, each with a reason, is digested."""

    track: str
    tied: tuple[str, ...]
    ballots: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteImpossible(Event, act="vote.none", about="round"):
    """Every present expert is recused from a tie: nobody votes on it, and the tied ones stay out."""

    track: str
    tied: tuple[str, ...]
    reason: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFinalized(Event, act="ranking.finalize", about="ranking"):
    """The result is final; its digest can be recomputed from the stored inputs."""

    result: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultExported(Event, act="ranking.export", about="ranking"):
    """The result workbook was handed out."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPrinted(Event, act="seal.print", about="expert"):
    """After opening, somebody of the office took an expert's signed sheet as a file."""

    code: str
    digest: str


# --- watching -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWatched(Event, act="watch.log", about="log"):
    """An inspector opened the audit trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRead(Event, act="watch.entry", about="log"):
    """An inspector opened one entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRead(Event, act="watch.round", about="round"):
    """An inspector opened a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagsRead(Event, act="watch.flags", about="round"):
    """An inspector opened the flags of a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDrafted(Event, act="watch.report", about="round"):
    """A draft of the inspector's report was handed out: how long the trail was, and the file's digest."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRead(Event, act="watch.application", about="application"):
    """An inspector opened an application, with the names in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRead(Event, act="watch.result", about="ranking"):
    """The opened results were looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRead(Event, act="watch.analysis", about="ranking"):
    """The analysis beside the opened results was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailVerified(Event, act="watch.verify", about="log"):
    """The trail was verified; `size` and `root` are what was found."""

    size: int
    root: str
    damages: int


# --- the trail itself ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntered(Event, act="log.key", about="log"):
    """A key that signs checkpoints from here on: the first, one that the old key endorses, or a new start."""

    key: str
    how: str
    by: str = ""
    sig: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessEntered(Event, act="log.witness", about="log"):
    """A witness whose cosignatures are taken from here on."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerStarted(Event, act="log.signer", about="log"):
    """Checkpoints are signed from now on: by a process apart, or `inside` the one that serves."""

    key: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStepped(Event, act="log.clock", about="log"):
    """The next entry's time lies so many seconds before that of the entry before: the clock was set back."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleExported(Event, act="log.export", about="log"):
    """The bundle was handed out: what it covers, how long the trail was, and the digest of the file."""

    size: int
    digest: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Event, act="refused", about=""):
    """Something that was tried and refused; the log names the act that was tried and why it failed."""

    tried: str
    why: str
