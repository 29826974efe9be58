"""Audit a whole derivation: which of its lines follow, and where it goes wrong first."""

from lvmcalc.auditing.audit_report import Audit, Line
from lvmcalc.auditing.auditor import audit

__all__ = ["Audit", "Line", "audit"]
