-- People and their cases.

CREATE TABLE persons (
    id UUID NOT NULL,
    key_wrapped BYTEA,
    given_name_sealed BYTEA,
    family_name_sealed BYTEA,
    date_of_birth_sealed BYTEA,
    address_sealed BYTEA,
    postcode_sealed BYTEA,
    email_sealed BYTEA,
    demographics_sealed BYTEA,
    surname_birth_index BYTEA,
    names_index BYTEA,
    birth_index BYTEA,
    home_index BYTEA,
    language TEXT,
    language_source TEXT,
    language_at TIMESTAMPTZ,
    deceased BOOLEAN DEFAULT false NOT NULL,
    erased_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_persons PRIMARY KEY (id),
    CONSTRAINT ck_persons_language CHECK (language IN ('cy', 'en'))
);
CREATE INDEX ix_persons_birth_index ON persons (birth_index);
CREATE INDEX ix_persons_home_index ON persons (home_index);
CREATE INDEX ix_persons_names_index ON persons (names_index);
CREATE INDEX ix_persons_surname_birth_index ON persons (surname_birth_index);

CREATE TABLE contact_profiles (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    version INTEGER NOT NULL,
    safe_call TEXT NOT NULL,
    safe_text TEXT NOT NULL,
    safe_voicemail TEXT NOT NULL,
    safe_hours TEXT,
    confirmed_on DATE,
    confirmed_by TEXT,
    expires_on DATE,
    recorded_at TIMESTAMPTZ NOT NULL,
    voided_at TIMESTAMPTZ,
    voided_because TEXT,
    CONSTRAINT pk_contact_profiles PRIMARY KEY (id),
    CONSTRAINT uq_contact_profiles_person_id_version UNIQUE (person_id, version),
    CONSTRAINT fk_contact_profiles_person_id FOREIGN KEY (person_id) REFERENCES persons (id)
);

CREATE TABLE numbers (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    position SMALLINT NOT NULL,
    number_sealed BYTEA,
    as_given_sealed BYTEA,
    number_index BYTEA,
    kind TEXT,
    usable BOOLEAN DEFAULT true NOT NULL,
    suspended_because TEXT,
    added_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_numbers PRIMARY KEY (id),
    CONSTRAINT uq_numbers_person_id_number_index UNIQUE (person_id, number_index),
    CONSTRAINT fk_numbers_person_id FOREIGN KEY (person_id) REFERENCES persons (id)
);
CREATE INDEX ix_numbers_number_index ON numbers (number_index);

CREATE TABLE person_links (
    person_a UUID NOT NULL,
    person_b UUID NOT NULL,
    because TEXT[] DEFAULT '{}' NOT NULL,
    state TEXT DEFAULT 'suggested' NOT NULL,
    suggested_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_person_links PRIMARY KEY (person_a, person_b),
    CONSTRAINT fk_person_links_person_a FOREIGN KEY (person_a) REFERENCES persons (id),
    CONSTRAINT fk_person_links_person_b FOREIGN KEY (person_b) REFERENCES persons (id)
);
CREATE INDEX ix_person_links_person_b ON person_links (person_b);

CREATE TABLE referrals (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    reference TEXT NOT NULL,
    source_system TEXT NOT NULL,
    source TEXT,
    crime_group TEXT NOT NULL,
    flags TEXT[] DEFAULT '{}' NOT NULL,
    flags_assessed BOOLEAN DEFAULT false NOT NULL,
    unknown_flags TEXT[] DEFAULT '{}' NOT NULL,
    referred_at TIMESTAMPTZ NOT NULL,
    reported_on DATE,
    offence_code TEXT,
    area TEXT,
    offender_known TEXT,
    suspect_number_sealed BYTEA,
    suspect_index BYTEA,
    contact_code_sealed BYTEA,
    risk TEXT,
    support_declined BOOLEAN DEFAULT false NOT NULL,
    officer_view TEXT,
    officer_reason_sealed BYTEA,
    case_state TEXT,
    victim_informed_on DATE,
    notes_sealed BYTEA,
    row_fingerprint BYTEA,
    tier TEXT NOT NULL,
    tier_because TEXT[] DEFAULT '{}' NOT NULL,
    enhanced BOOLEAN DEFAULT false NOT NULL,
    state TEXT NOT NULL,
    state_because TEXT,
    route TEXT NOT NULL,
    due_at TIMESTAMPTZ,
    breach_at TIMESTAMPTZ,
    risk_rank SMALLINT DEFAULT 2 NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    withheld_because TEXT[] DEFAULT '{}' NOT NULL,
    first_contact_at TIMESTAMPTZ,
    imported_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_referrals PRIMARY KEY (id),
    CONSTRAINT uq_referrals_source_system_reference UNIQUE (source_system, reference),
    CONSTRAINT fk_referrals_person_id FOREIGN KEY (person_id) REFERENCES persons (id)
);
CREATE INDEX ix_referrals_due
    ON referrals (breach_at, risk_rank, referred_at)
    WHERE route = 'automatic' AND due_at IS NOT NULL;
CREATE INDEX ix_referrals_due_at
    ON referrals (due_at)
    WHERE route = 'automatic' AND due_at IS NOT NULL;
CREATE INDEX ix_referrals_person_id ON referrals (person_id);
CREATE INDEX ix_referrals_suspect_index ON referrals (suspect_index);

CREATE TABLE suppressions (
    id UUID NOT NULL,
    person_id UUID,
    number_index BYTEA,
    reason TEXT NOT NULL,
    programme TEXT,
    since TIMESTAMPTZ NOT NULL,
    set_by TEXT NOT NULL,
    lifted_at TIMESTAMPTZ,
    lifted_by TEXT,
    CONSTRAINT pk_suppressions PRIMARY KEY (id),
    CONSTRAINT ck_suppressions_subject CHECK (person_id IS NOT NULL OR number_index IS NOT NULL),
    CONSTRAINT fk_suppressions_person_id FOREIGN KEY (person_id) REFERENCES persons (id)
);
CREATE INDEX ix_suppressions_number_index ON suppressions (number_index);
CREATE UNIQUE INDEX uq_suppressions_open
    ON suppressions (person_id, number_index, reason) NULLS NOT DISTINCT
    WHERE lifted_at IS NULL;

CREATE TABLE holds (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    referral_id UUID,
    reason TEXT NOT NULL,
    placed_at TIMESTAMPTZ NOT NULL,
    placed_by TEXT NOT NULL,
    released_at TIMESTAMPTZ,
    released_by TEXT,
    release_reason TEXT,
    CONSTRAINT pk_holds PRIMARY KEY (id),
    CONSTRAINT fk_holds_person_id FOREIGN KEY (person_id) REFERENCES persons (id),
    CONSTRAINT fk_holds_referral_id FOREIGN KEY (referral_id) REFERENCES referrals (id)
);
CREATE UNIQUE INDEX uq_holds_open
    ON holds (person_id, referral_id, reason) NULLS NOT DISTINCT
    WHERE released_at IS NULL;
