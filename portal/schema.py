"""Every table in one metadata: importing this module registers the models of all features."""

from __future__ import annotations

from portal import audit
from portal.accounts import models as accounts
from portal.audience import models as audience
from portal.broadcasts import models as broadcasts
from portal.calls import models as calls
from portal.db import Base
from portal.disclosure import models as disclosure
from portal.disclosure.crosscheck import models as crosscheck
from portal.disclosure.packs import models as packs
from portal.entries import models as entries
from portal.entries.classroom import models as classroom
from portal.jury import models as jury
from portal.jury.assigning import models as assigning
from portal.jury.awards import models as awards
from portal.jury.conflicts import models as conflicts
from portal.jury.decisions import models as decisions
from portal.jury.invitations import models as invitations
from portal.jury.results import models as results
from portal.jury.scoring import models as scoring
from portal.jury.tiebreak import models as tiebreak
from portal.live import models as live
from portal.mail import models as mail
from portal.media import models as media
from portal.notices import models as notices
from portal.programme import models as programme
from portal.programme.materials import models as materials
from portal.programme.placing import models as placing
from portal.reminders import models as reminders
from portal.school import models as school
from portal.school.guardians import models as guardians

metadata = Base.metadata
FEATURES = (
    audit,
    mail,
    accounts,
    notices,
    calls,
    school,
    guardians,
    disclosure,
    crosscheck,
    packs,
    media,
    entries,
    classroom,
    jury,
    conflicts,
    scoring,
    assigning,
    results,
    decisions,
    invitations,
    tiebreak,
    awards,
    programme,
    materials,
    placing,
    audience,
    live,
    reminders,
    broadcasts,
)
