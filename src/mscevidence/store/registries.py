"""Where a registration can be looked up."""

from __future__ import annotations

import re

REGISTRIES = (
    (re.compile(r"NCT\d{8}"), "https://clinicaltrials.gov/study/{}"),
    (re.compile(r"ISRCTN\d+"), "https://www.isrctn.com/{}"),
    (re.compile(r"ACTRN\d+"), "https://www.anzctr.org.au/{}.aspx"),
    (
        re.compile(r"\d{4}-\d{6}-\d{2}"),
        "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:{}",
    ),
    (re.compile(r"DRKS\d+"), "https://drks.de/search/en/trial/{}"),
    (
        re.compile(r"(?:ChiCTR|CTRI|IRCT|JPRN|jRCT|UMIN|KCT|TCTR|NTR|SLCTR|PACTR|RBR)\S+", re.IGNORECASE),
        "https://trialsearch.who.int/Trial2.aspx?TrialID={}",
    ),
)
"""Registration number -> page of the registry that issued it."""


def registration_url(number: str) -> str | None:
    """Return the page of a registration, None when the registry is not known."""
    plain = number.strip()
    return next((page.format(plain) for pattern, page in REGISTRIES if pattern.fullmatch(plain)), None)
