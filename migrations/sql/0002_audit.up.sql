-- The seals of the audit trail: a chain, in the order in which rows were found committed.

CREATE TABLE audit_seals (
    sequence BIGINT NOT NULL,
    audit_id BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    sealed_at_real TIMESTAMPTZ DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_audit_seals PRIMARY KEY (sequence),
    CONSTRAINT uq_audit_seals_audit_id UNIQUE (audit_id),
    CONSTRAINT fk_audit_seals_audit_id FOREIGN KEY (audit_id) REFERENCES audit (id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER append_only;
