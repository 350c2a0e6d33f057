-- What supervisors decide, kept for good; texts that wait for a person, from unknown numbers too.

CREATE TABLE supervisor_acts (
    id UUID NOT NULL,
    act TEXT NOT NULL,
    subject_id UUID NOT NULL,
    person_id UUID,
    made_by TEXT NOT NULL,
    note_sealed BYTEA,
    at TIMESTAMPTZ NOT NULL,
    at_real TIMESTAMPTZ DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_supervisor_acts PRIMARY KEY (id),
    CONSTRAINT fk_supervisor_acts_person_id FOREIGN KEY (person_id) REFERENCES persons (id)
);
-- A text is taken care of once and a hold is lifted once, whoever else was about to.
CREATE UNIQUE INDEX uq_supervisor_acts_once ON supervisor_acts (act, subject_id)
    WHERE act IN ('text_settled', 'hold_lifted');
CREATE INDEX ix_supervisor_acts_person_id ON supervisor_acts (person_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON supervisor_acts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE supervisor_acts ENABLE ALWAYS TRIGGER append_only;

-- Reasons are sealed with the act that gave them; those from before stay where they are.
ALTER TABLE contact_releases ALTER COLUMN reason DROP NOT NULL;

-- A text from a number nobody here has is sealed under a key of its own.
ALTER TABLE inbound_texts
    ADD COLUMN key_wrapped BYTEA,
    ADD COLUMN sender_sealed BYTEA,
    ADD COLUMN body_sealed BYTEA,
    ADD COLUMN settled_at TIMESTAMPTZ;
-- A stop that was carried out whole has nothing left for a person.
UPDATE inbound_texts t SET settled_at = t.at
 WHERE t.effect = 'stop' AND NOT EXISTS (
       SELECT FROM inbound_text_bodies b
         JOIN holds h ON h.person_id = b.person_id AND h.reason = 'text_optout'
        WHERE b.inbound_text_id = t.id);
DROP INDEX ix_inbound_texts_unread;
CREATE INDEX ix_inbound_texts_open ON inbound_texts (at) WHERE settled_at IS NULL;
CREATE INDEX ix_holds_open ON holds (reason, placed_at) WHERE released_at IS NULL;
CREATE INDEX ix_outbox_dead ON outbox (position) WHERE state = 'dead';
