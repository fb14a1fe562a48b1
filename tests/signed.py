"""A trail with a key, a signer and checkpoints, short to write in tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from panel.audit import checkpoints, notes, read
from panel.audit.events import ScoreSaved
from panel.audit.notes import Note, Signer, Verifier
from panel.rules.permissions import Role
from panel.services import signing
from panel.services.office import Office
from panel.services.signing import CheckpointSigner
from tests.conftest import actor

ADMINISTRATOR = actor(Role.ADMINISTRATOR)
NAME = "panel-test"


@dataclass
class Watch:
    """Time that passes only when it is told to."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Signed:
    """An office whose log is signed."""

    office: Office
    folder: Path
    watch: Watch = field(default_factory=Watch)
    witness: Signer = field(default_factory=lambda: Signer.generate("witness-test", notes.WITNESS))

    def __post_init__(self) -> None:
        self.key = signing.new_key(self.office, ADMINISTRATOR, self.file, NAME)

    @property
    def file(self) -> Path:
        """The key's file."""
        return self.folder / "log.key"

    @property
    def state(self) -> Path:
        """Where the signer keeps its last signature."""
        return self.folder / "log.key.last"

    def signer(self) -> CheckpointSigner:
        """The signer as it starts."""
        return CheckpointSigner(self.office, self.file, self.state, self.watch)

    def write(self, count: int) -> None:
        """So many more entries."""
        with self.office.change(actor(Role.EXPERT), ScoreSaved) as change:
            for _ in range(count):
                change.record(ScoreSaved(unit="S1"), subject="E1/S01")

    def sign(self) -> Note:
        """A checkpoint of what there is."""
        note = self.signer().sign()
        assert note is not None
        return note

    def size(self) -> int:
        """How long the log is."""
        with self.office.reading() as session:
            return read.size(session)

    def newest(self) -> Note | None:
        """The newest stored note."""
        with self.office.reading() as session:
            return checkpoints.newest(session)

    def cosigned(self, note: Note, seconds: int = 1788000000) -> str:
        """The witness's line under a note."""
        return notes.cosign(notes.checkpoint_of(note), self.witness, seconds).line()

    def enter_witness(self) -> Verifier:
        """Make the witness known to the office."""
        return signing.enter_witness(self.office, ADMINISTRATOR, str(self.witness.verifier))
