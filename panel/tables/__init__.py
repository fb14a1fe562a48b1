"""The rows of the store, one file per noun; importing this package registers them all."""

from panel.tables.accounts import Account, ActivationCode, SignIn, SignInAttempt
from panel.tables.applications import (
    Application,
    BudgetLine,
    Clearance,
    Eligibility,
    Member,
    Statement,
    Studio,
)
from panel.tables.conflicts import Conflict, Recusal
from panel.tables.corrections import Correction
from panel.tables.draws import Draw
from panel.tables.experts import Employment, Expert, Relation
from panel.tables.imports import Import
from panel.tables.materials import MaterialBatch, MaterialFile, MaterialPage, MaterialReview
from panel.tables.panelists import Panelist
from panel.tables.rankings import Ballot, NoVote, Ranking
from panel.tables.rounds import Proposal, Round
from panel.tables.sheets import Save, Score, Sheet, Submission
from panel.tables.signatures import Signature, SignatureFiling

__all__ = [
    "Account",
    "ActivationCode",
    "Application",
    "Ballot",
    "BudgetLine",
    "Clearance",
    "Conflict",
    "Correction",
    "Draw",
    "Eligibility",
    "Employment",
    "Expert",
    "Import",
    "MaterialBatch",
    "MaterialFile",
    "MaterialPage",
    "MaterialReview",
    "Member",
    "NoVote",
    "Panelist",
    "Proposal",
    "Ranking",
    "Recusal",
    "Relation",
    "Round",
    "Save",
    "Score",
    "Sheet",
    "SignIn",
    "SignInAttempt",
    "Signature",
    "SignatureFiling",
    "Statement",
    "Studio",
    "Submission",
]
