"""The office's pages about classes, and the pages behind a guardian's link and a certificate's number."""

from portal.school.views import certificates, cohorts, guardians, link, students, teams
from portal.school.views.blueprint import bp

__all__ = ["bp", "certificates", "cohorts", "guardians", "link", "students", "teams"]
