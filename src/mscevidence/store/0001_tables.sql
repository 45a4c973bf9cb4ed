-- The tables of evidence.db. Every table is STRICT. How absence is told:
--   a text column holds the word 'not-reported' when somebody looked and the source does not tell; NULL means not yet extracted;
--   a number column that can be unreported has a companion <name>_state: 'reported', 'not-reported' or 'not-extracted'.

CREATE TABLE build_info (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE terms (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    label TEXT NOT NULL,
    definition TEXT NOT NULL,
    source TEXT NOT NULL,
    broader TEXT,
    domain TEXT,
    direction TEXT,
    counting_unit TEXT,
    grade TEXT,
    relatedness TEXT,
    mesh TEXT,
    details TEXT NOT NULL CHECK (json_valid(details)),
    PRIMARY KEY (kind, id)
) STRICT;

-- Every name of a term in lower case (id, label, synonym, abbreviation, spelling), and the ids of the term and of all
-- terms below it: what a question by a wide term must find.
CREATE TABLE term_names (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    finds TEXT NOT NULL,
    PRIMARY KEY (kind, name, finds),
    FOREIGN KEY (kind, finds) REFERENCES terms (kind, id)
) STRICT;

-- A document that a record cites but that was not captured here has captured = 0 and no text.
CREATE TABLE documents (
    sha256 TEXT PRIMARY KEY,
    captured INTEGER NOT NULL CHECK (captured IN (0, 1)),
    name TEXT,
    title TEXT,
    format TEXT,
    reader TEXT,
    status TEXT,
    kind TEXT,
    number TEXT,
    meeting TEXT,
    program TEXT,
    presentation TEXT,
    session TEXT,
    topics TEXT NOT NULL CHECK (json_valid(topics)),
    date TEXT,
    date_text TEXT,
    journal TEXT,
    url TEXT,
    retrieved TEXT,
    disclosures TEXT,
    off_label_disclosure TEXT,
    notes TEXT NOT NULL CHECK (json_valid(notes)),
    text TEXT,
    CHECK (captured = 0 OR text IS NOT NULL)
) STRICT;

CREATE TABLE sections (
    document TEXT NOT NULL REFERENCES documents (sha256),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    span_start INTEGER NOT NULL,
    span_end INTEGER NOT NULL,
    PRIMARY KEY (document, position)
) STRICT;

CREATE TABLE authors (
    document TEXT NOT NULL REFERENCES documents (sha256),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    degrees TEXT NOT NULL CHECK (json_valid(degrees)),
    affiliations TEXT NOT NULL CHECK (json_valid(affiliations)),
    presenting INTEGER CHECK (presenting IN (0, 1)),
    member INTEGER CHECK (member IN (0, 1)),
    PRIMARY KEY (document, position)
) STRICT;

CREATE TABLE affiliations (
    document TEXT NOT NULL REFERENCES documents (sha256),
    label TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (document, label)
) STRICT;

CREATE TABLE identifiers (
    document TEXT NOT NULL REFERENCES documents (sha256),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    span_start INTEGER,
    span_end INTEGER,
    PRIMARY KEY (document, position)
) STRICT;

CREATE TABLE studies (
    id TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    title TEXT NOT NULL,
    condition TEXT NOT NULL,
    condition_detail TEXT,
    design TEXT NOT NULL,
    phase TEXT,
    enrolment_from TEXT,
    enrolment_to TEXT,
    notes TEXT NOT NULL CHECK (json_valid(notes))
) STRICT;

CREATE TABLE registrations (
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    number TEXT NOT NULL,
    url TEXT,
    PRIMARY KEY (study, position)
) STRICT;

CREATE TABLE centres (
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    name TEXT,
    city TEXT,
    country TEXT,
    PRIMARY KEY (study, position)
) STRICT;

CREATE TABLE reports (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    report TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    year INTEGER,
    first_author TEXT,
    title TEXT,
    journal TEXT,
    volume TEXT,
    issue TEXT,
    pages TEXT,
    doi TEXT,
    pmid TEXT,
    number TEXT,
    meeting TEXT,
    url TEXT,
    unverified TEXT NOT NULL CHECK (json_valid(unverified)),
    note TEXT,
    UNIQUE (study, report)
) STRICT;

CREATE TABLE report_documents (
    report TEXT NOT NULL REFERENCES reports (id),
    document TEXT NOT NULL REFERENCES documents (sha256),
    PRIMARY KEY (report, document)
) STRICT;

CREATE TABLE arms (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    arm TEXT NOT NULL,
    name TEXT,
    role TEXT NOT NULL,
    receives_cells INTEGER CHECK (receives_cells IN (0, 1)),
    dose TEXT,
    enrolled INTEGER,
    enrolled_state TEXT NOT NULL,
    treated INTEGER,
    treated_state TEXT NOT NULL,
    evaluable INTEGER,
    evaluable_state TEXT NOT NULL,
    UNIQUE (study, arm),
    CHECK ((enrolled IS NOT NULL) = (enrolled_state = 'reported')),
    CHECK ((treated IS NOT NULL) = (treated_state = 'reported')),
    CHECK ((evaluable IS NOT NULL) = (evaluable_state = 'reported')),
    CHECK (enrolled_state IN ('reported', 'not-reported', 'not-extracted')),
    CHECK (treated_state IN ('reported', 'not-reported', 'not-extracted')),
    CHECK (evaluable_state IN ('reported', 'not-reported', 'not-extracted'))
) STRICT;

CREATE TABLE arm_combines (
    arm TEXT NOT NULL REFERENCES arms (id),
    part TEXT NOT NULL REFERENCES arms (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    PRIMARY KEY (arm, part)
) STRICT;

-- arm is NULL for the product of the study; the product of an arm, where there is one, stands in its place.
CREATE TABLE products (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id),
    arm TEXT REFERENCES arms (id),
    name TEXT,
    source TEXT,
    donor TEXT,
    passage TEXT,
    viability TEXT,
    cryopreserved TEXT CHECK (cryopreserved IN ('yes', 'no', 'not-reported'))
) STRICT;

CREATE TABLE doses (
    arm TEXT PRIMARY KEY REFERENCES arms (id),
    value REAL,
    value_state TEXT NOT NULL,
    unit TEXT,
    infusions INTEGER,
    infusions_state TEXT NOT NULL,
    interval_days REAL,
    interval_days_state TEXT NOT NULL,
    route TEXT,
    text TEXT,
    CHECK ((value IS NOT NULL) = (value_state = 'reported')),
    CHECK ((infusions IS NOT NULL) = (infusions_state = 'reported')),
    CHECK ((interval_days IS NOT NULL) = (interval_days_state = 'reported')),
    CHECK (value_state IN ('reported', 'not-reported', 'not-extracted')),
    CHECK (infusions_state IN ('reported', 'not-reported', 'not-extracted')),
    CHECK (interval_days_state IN ('reported', 'not-reported', 'not-extracted'))
) STRICT;

CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id),
    what TEXT NOT NULL CHECK (what IN ('result', 'part', 'criterion', 'candidate')),
    subject TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'corrected', 'rejected', 'deferred')),
    decided_by TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    origin TEXT NOT NULL,
    corrected TEXT,
    reason TEXT,
    quote TEXT,
    report TEXT,
    document TEXT REFERENCES documents (sha256)
) STRICT;

-- id is the address of the result: study/arm/outcome, with @time and #2 where needed.
CREATE TABLE results (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    arm TEXT NOT NULL REFERENCES arms (id),
    outcome TEXT NOT NULL,
    events INTEGER,
    events_state TEXT NOT NULL,
    n INTEGER,
    n_state TEXT NOT NULL,
    percent REAL,
    person_time REAL,
    person_time_unit TEXT,
    mean REAL,
    sd REAL,
    definition TEXT,
    term TEXT,
    population TEXT,
    time_value REAL,
    time_unit TEXT,
    time_text TEXT,
    time_label TEXT,
    derived_method TEXT,
    derived_steps TEXT,
    narrative_zero_scope TEXT,
    report TEXT NOT NULL REFERENCES reports (id),
    quote TEXT NOT NULL,
    section TEXT,
    document TEXT REFERENCES documents (sha256),
    span_start INTEGER,
    span_end INTEGER,
    decision TEXT NOT NULL REFERENCES decisions (id),
    note TEXT,
    CHECK ((events IS NOT NULL) = (events_state = 'reported')),
    CHECK ((n IS NOT NULL) = (n_state = 'reported')),
    CHECK (events_state IN ('reported', 'not-reported', 'not-extracted')),
    CHECK (n_state IN ('reported', 'not-reported', 'not-extracted'))
) STRICT;

CREATE TABLE result_parts (
    id TEXT PRIMARY KEY,
    result TEXT NOT NULL REFERENCES results (id),
    position INTEGER NOT NULL,
    term TEXT NOT NULL,
    outcome TEXT,
    events INTEGER NOT NULL,
    report TEXT NOT NULL REFERENCES reports (id),
    quote TEXT NOT NULL,
    section TEXT,
    document TEXT REFERENCES documents (sha256),
    span_start INTEGER,
    span_end INTEGER,
    decision TEXT NOT NULL REFERENCES decisions (id)
) STRICT;

CREATE TABLE criteria (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    quantity TEXT NOT NULL,
    minimum REAL,
    maximum REAL,
    unit TEXT,
    report TEXT NOT NULL REFERENCES reports (id),
    quote TEXT NOT NULL,
    section TEXT,
    document TEXT REFERENCES documents (sha256),
    span_start INTEGER,
    span_end INTEGER,
    decision TEXT NOT NULL REFERENCES decisions (id)
) STRICT;

-- candidate is unique in its document only; id is unique.
CREATE TABLE candidates (
    id TEXT PRIMARY KEY,
    document TEXT NOT NULL REFERENCES documents (sha256),
    candidate TEXT NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    span_start INTEGER NOT NULL,
    span_end INTEGER NOT NULL,
    quote TEXT NOT NULL,
    section TEXT NOT NULL,
    arm TEXT,
    arm_span_start INTEGER,
    arm_span_end INTEGER,
    outcome TEXT,
    outcome_text TEXT,
    outcome_span_start INTEGER,
    outcome_span_end INTEGER,
    time_point TEXT,
    population TEXT,
    certainty TEXT NOT NULL CHECK (certainty IN ('stated', 'derived', 'ambiguous')),
    part_of TEXT REFERENCES candidates (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE candidate_values (
    candidate TEXT NOT NULL REFERENCES candidates (id),
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    number REAL,
    unit TEXT,
    normal TEXT,
    derived INTEGER NOT NULL CHECK (derived IN (0, 1)),
    span_start INTEGER,
    span_end INTEGER,
    PRIMARY KEY (candidate, position)
) STRICT;

-- Every stretch of text that something in this database points at.
CREATE TABLE spans (
    id INTEGER PRIMARY KEY,
    document TEXT NOT NULL REFERENCES documents (sha256),
    span_start INTEGER NOT NULL,
    span_end INTEGER NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    quote TEXT,
    CHECK (0 <= span_start AND span_start <= span_end)
) STRICT;

CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    check_id TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('error', 'warning', 'note')),
    sentence TEXT NOT NULL,
    subject TEXT NOT NULL,
    candidate TEXT REFERENCES candidates (id),
    file TEXT NOT NULL,
    line INTEGER NOT NULL
) STRICT;

CREATE TABLE families (
    id TEXT PRIMARY KEY,
    reasons TEXT NOT NULL CHECK (json_valid(reasons))
) STRICT;

CREATE TABLE family_members (
    family TEXT NOT NULL REFERENCES families (id),
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    PRIMARY KEY (family, study)
) STRICT;

-- What a study file itself declares; families are what linkage made of it.
CREATE TABLE declared_overlaps (
    study TEXT NOT NULL REFERENCES studies (id),
    family TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (study, family)
) STRICT;

CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('same-study', 'overlap', 'look-alike')),
    left_id TEXT NOT NULL,
    right_id TEXT NOT NULL,
    basis TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided INTEGER NOT NULL CHECK (decided IN (0, 1))
) STRICT;

CREATE TABLE appraisals (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    tool TEXT NOT NULL,
    result TEXT REFERENCES results (id) DEFERRABLE INITIALLY DEFERRED,
    overall TEXT,
    appraised_by TEXT NOT NULL,
    appraised_on TEXT
) STRICT;

CREATE TABLE appraisal_answers (
    appraisal TEXT NOT NULL REFERENCES appraisals (id),
    position INTEGER NOT NULL,
    item TEXT NOT NULL,
    item_label TEXT NOT NULL,
    level TEXT NOT NULL,
    report TEXT REFERENCES reports (id),
    quote TEXT,
    section TEXT,
    document TEXT REFERENCES documents (sha256),
    span_start INTEGER,
    span_end INTEGER,
    PRIMARY KEY (appraisal, item)
) STRICT;

-- A difference between two extractors and how it was settled; place says what of the record it was about.
CREATE TABLE adjudications (
    study TEXT NOT NULL REFERENCES studies (id),
    position INTEGER NOT NULL,
    place TEXT NOT NULL,
    first_extractor TEXT NOT NULL,
    second_extractor TEXT NOT NULL,
    first_value TEXT NOT NULL,
    second_value TEXT NOT NULL,
    taken TEXT NOT NULL CHECK (taken IN ('first', 'second')),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    PRIMARY KEY (study, position)
) STRICT;

CREATE TABLE analyses (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    outcome TEXT NOT NULL,
    outcome_label TEXT NOT NULL,
    condition TEXT,
    grouped_by TEXT,
    measure TEXT NOT NULL,
    exposure TEXT,
    level REAL NOT NULL,
    interval_method TEXT NOT NULL,
    between_q REAL,
    between_df INTEGER,
    between_p REAL,
    between_method TEXT,
    between_note TEXT,
    question TEXT NOT NULL CHECK (json_valid(question)),
    pooled TEXT NOT NULL CHECK (json_valid(pooled))
) STRICT;

-- role: 'main' for the method asked for, 'alternative' for the other methods, 'sensitivity' for named re-analyses.
CREATE TABLE analysis_estimates (
    analysis TEXT NOT NULL REFERENCES analyses (id),
    position INTEGER NOT NULL,
    group_name TEXT NOT NULL,
    group_label TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('main', 'alternative', 'sensitivity', 'series')),
    sensitivity TEXT,
    method TEXT NOT NULL,
    method_label TEXT NOT NULL,
    status TEXT NOT NULL,
    k INTEGER NOT NULL,
    events INTEGER NOT NULL,
    patients INTEGER NOT NULL,
    time REAL,
    control_events INTEGER,
    control_patients INTEGER,
    effect REAL,
    lower REAL,
    upper REAL,
    prediction_lower REAL,
    prediction_upper REAL,
    mu REAL,
    se REAL,
    tau2 REAL,
    i2 REAL,
    q REAL,
    q_df INTEGER,
    q_p REAL,
    q_name TEXT,
    log_likelihood REAL,
    notes TEXT NOT NULL CHECK (json_valid(notes)),
    PRIMARY KEY (analysis, position)
) STRICT;

CREATE TABLE analysis_rows (
    analysis TEXT NOT NULL REFERENCES analyses (id),
    group_name TEXT NOT NULL,
    position INTEGER NOT NULL,
    subgroup TEXT NOT NULL,
    study TEXT NOT NULL REFERENCES studies (id),
    label TEXT NOT NULL,
    report TEXT NOT NULL,
    quote TEXT NOT NULL,
    events INTEGER NOT NULL,
    n INTEGER NOT NULL,
    time REAL,
    control_events INTEGER,
    control_n INTEGER,
    effect REAL,
    lower REAL,
    upper REAL,
    weight REAL,
    marks TEXT NOT NULL CHECK (json_valid(marks)),
    columns TEXT NOT NULL CHECK (json_valid(columns)),
    PRIMARY KEY (analysis, group_name, position)
) STRICT;

-- The results behind a study row: several where disjoint arms were added up.
CREATE TABLE analysis_row_results (
    analysis TEXT NOT NULL,
    group_name TEXT NOT NULL,
    position INTEGER NOT NULL,
    result TEXT NOT NULL REFERENCES results (id),
    PRIMARY KEY (analysis, group_name, position, result),
    FOREIGN KEY (analysis, group_name, position) REFERENCES analysis_rows (analysis, group_name, position)
) STRICT;

CREATE TABLE analysis_exclusions (
    analysis TEXT NOT NULL REFERENCES analyses (id),
    position INTEGER NOT NULL,
    what TEXT NOT NULL,
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (analysis, position)
) STRICT;

CREATE TABLE analysis_choices (
    analysis TEXT NOT NULL REFERENCES analyses (id),
    position INTEGER NOT NULL,
    what TEXT NOT NULL,
    taken TEXT NOT NULL,
    reason TEXT NOT NULL,
    left_out TEXT NOT NULL CHECK (json_valid(left_out)),
    PRIMARY KEY (analysis, position)
) STRICT;

CREATE TABLE analysis_notes (
    analysis TEXT NOT NULL REFERENCES analyses (id),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('override', 'warning', 'footnote')),
    mark TEXT,
    text TEXT NOT NULL,
    PRIMARY KEY (analysis, position)
) STRICT;

CREATE INDEX results_by_study ON results (study);
CREATE INDEX results_by_arm ON results (arm);
CREATE INDEX results_by_outcome ON results (outcome);
CREATE INDEX results_by_report ON results (report);
CREATE INDEX parts_by_result ON result_parts (result);
CREATE INDEX reports_by_study ON reports (study);
CREATE INDEX arms_by_study ON arms (study);
CREATE INDEX products_by_study ON products (study, arm);
CREATE INDEX products_by_arm ON products (arm);
CREATE INDEX candidates_by_document ON candidates (document);
CREATE INDEX decisions_by_subject ON decisions (subject);
CREATE INDEX spans_by_subject ON spans (what, subject);
CREATE INDEX spans_by_document ON spans (document, span_start);
CREATE INDEX findings_by_candidate ON findings (candidate);
CREATE INDEX members_by_study ON family_members (study);
CREATE INDEX estimates_by_analysis ON analysis_estimates (analysis, group_name);
CREATE INDEX rows_by_result ON analysis_row_results (result);
