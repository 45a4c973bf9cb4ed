"""Words that name one side of a comparison, and words that name none: what every arm of every trial has in common."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONTROL_WORDS = _words(
    """
    comparator comparison control controls conventional monotherapy noninterventional nontreated nonusers
    observation placebo routine sham standard unexposed untreated usual waitlist
    """
)
"""Names of comparators."""

WEAK_CONTROL = _words(
    """
    comparison conventional delayed monotherapy routine standard traditional usual wait waiting
    """
)
"""Names that mean a comparator only beside a word for a group."""

EXPERIMENTAL_WORDS = _words("experimental intervention interventional investigational")
"""Names of the experimental side."""

BEFORE_GROUP = _words("active combination exercise study test treated treatment")
"""Names of the experimental side when they stand right before a word for a group."""

GROUP = _words("arm arms cohort cohorts group groups")
"""Words for a group."""

TREATED = _words("participants patients recipients regimen subjects users women")
"""Words for those who get a treatment."""

MARK_WORDS = _words(
    """
    age another different ethnic first fourth group parallel patient placebo respective second third
    """
)
"""Words before "group" that are no name."""

STOP = _words(
    """
    a according acute additional adjuvant administered advanced after age all allocated allocation alone among
    an analysis and any approach are arm arms as assess assessed assigned assignment associated at available
    baseline be been before between bid blind blinded both breast by cancer care case cases change changes
    chemotherapy clinical cohort cohorts compared comparison comprising consecutive consisted consisting
    continued controlled course courses cycle cycles daily data day days decrease decreased determine difference
    differences disease divided dosage dose doses double duration during each early effect effects efficacy
    either eligible end endpoint evaluate event events every first five follow followed for four free from g
    given grade greater group groups h had has have healthy her higher his hour i if ii iii impact improve
    improved in incidence included including increase increased influence into intravenous intravenously is its
    iv kg label late less level levels life line long lower m matched mean median men metastatic method methods
    mg min ml month months more multicenter multicentre neoadjuvant new no normal not number of on once one only
    open or oral orally other others our outcome outcomes overall participants patient patients per phase plus
    po point postmenopausal premenopausal primary program programme progression prospective pts qd quality
    randomised randomization randomized randomly rate rates ratio receive received receiving reduced reduction
    regimen regimens related respectively response results risk role safety same samples schedule score scores
    second secondary severity significant significantly single six stage starting stratified study subjects
    surgery survival symptoms term test tests than that the their then therapies therapy these this those three
    time times to total toxicity treated treatment treatments trial trials twice two undergoing underwent until
    up use used using versus vs was we week weeks were whether which who with without woman women year years
    """
)
"""Words in the description of arms that name no treatment."""

FUNCTION = _words(
    """
    a an and are arm as at be been both breast by cancer clinical compared early effect effects efficacy either
    for from group her his in is its kg metastatic mg not of on or patients phase randomised randomized results
    safety study than that the their therapy these this those to treatment trial versus vs was were which who
    with women
    """
)
"""Words in a title that say nothing of a treatment."""

SMALL_WORDS = _words(
    """
    a after an and are as at be been between by compared during each for from had has have if in into is it its
    no not of on or per than that the their then these this those to v versus vs was were when which who whom
    with within without
    """
)
"""Words that stand between names."""

STATISTICS = _words("bc bmd ci dfs ebc efs er her2 hr mbc n or orr os pcr pfs pr qol rfs rr sd se ttp")
"""Abbreviations that stand for no arm."""
