"""Words for those who are counted."""

from __future__ import annotations

PEOPLE = (
    r"(?:patients?|participants?|subjects?|cases?|individuals?|children|adults?|wom[ae]n|m[ae]n|recipients?|volunteers?|people|persons?"
    r"|probands?|infants?|adolescents?|boys?|girls?|responders|non-?responders|survivors|completers)"
)
"""Words for those who are counted."""
PEOPLE_BEGIN = (
    "patient participant subject case individual child adult woman women man men recipient volunteer people person"
    " proband infant adolescent boy girl responder non survivor completer"
)
"""The beginnings of those words."""
