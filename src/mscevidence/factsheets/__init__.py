"""Founding evidence: facts sheets and registry tables become study records, by decisions that stand in a file."""

from mscevidence.factsheets.importing import Imported, import_registry, import_reports
from mscevidence.factsheets.linkage import Linkage, read_linkage

__all__ = ["Imported", "Linkage", "import_registry", "import_reports", "read_linkage"]
