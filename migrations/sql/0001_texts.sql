-- Text messages: planned, sent, and come in out of the blue.

CREATE TABLE inbound_texts (
    id UUID NOT NULL,
    provider_id TEXT NOT NULL,
    number_index BYTEA,
    meaning TEXT NOT NULL,
    effect TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    at_real TIMESTAMPTZ DEFAULT clock_timestamp() NOT NULL,
    read_at TIMESTAMPTZ,
    read_by TEXT,
    CONSTRAINT pk_inbound_texts PRIMARY KEY (id),
    CONSTRAINT uq_inbound_texts_provider_id UNIQUE (provider_id)
);
CREATE INDEX ix_inbound_texts_unread ON inbound_texts (at) WHERE read_at IS NULL;

CREATE TABLE inbound_text_bodies (
    id UUID NOT NULL,
    inbound_text_id UUID NOT NULL,
    person_id UUID NOT NULL,
    body_sealed BYTEA,
    CONSTRAINT pk_inbound_text_bodies PRIMARY KEY (id),
    CONSTRAINT uq_inbound_text_bodies_inbound_text_id_person_id UNIQUE (inbound_text_id, person_id),
    CONSTRAINT fk_inbound_text_bodies_inbound_text_id FOREIGN KEY (inbound_text_id) REFERENCES inbound_texts (id),
    CONSTRAINT fk_inbound_text_bodies_person_id FOREIGN KEY (person_id) REFERENCES persons (id)
);
CREATE INDEX ix_inbound_text_bodies_person_id ON inbound_text_bodies (person_id);

CREATE TABLE text_plans (
    referral_id UUID NOT NULL,
    message TEXT NOT NULL,
    due_at TIMESTAMPTZ,
    orders INTEGER DEFAULT 0 NOT NULL,
    planned_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_text_plans PRIMARY KEY (referral_id),
    CONSTRAINT fk_text_plans_referral_id FOREIGN KEY (referral_id) REFERENCES referrals (id)
);
CREATE INDEX ix_text_plans_due_at ON text_plans (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE sent_texts (
    attempt_id UUID NOT NULL,
    message TEXT NOT NULL,
    form TEXT NOT NULL,
    segments INTEGER NOT NULL,
    life_seconds INTEGER NOT NULL,
    error_code INTEGER,
    body_erased_at_real TIMESTAMPTZ,
    CONSTRAINT pk_sent_texts PRIMARY KEY (attempt_id),
    CONSTRAINT fk_sent_texts_attempt_id FOREIGN KEY (attempt_id) REFERENCES attempts (id)
);
