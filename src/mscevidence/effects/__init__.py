"""Records to arrays: which results may enter an analysis, the one choice per study, said aloud."""

from mscevidence.effects.choice import Selection, select
from mscevidence.effects.names import named_apart, study_label
from mscevidence.effects.rows import group_label
from mscevidence.effects.usable import Usable

__all__ = ["Selection", "Usable", "group_label", "named_apart", "select", "study_label"]
