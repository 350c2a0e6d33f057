-- What the database itself refuses, and the clock all processes share.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = TG_TABLE_NAME || ' is append-only: ' || TG_OP || ' is refused';
END
$$;

-- ALWAYS: no session setting turns these off.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE consent_events ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attempt_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE attempt_events ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE decisions ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON clock
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE clock ENABLE ALWAYS TRIGGER append_only;

-- What the clock shows: the newest row holds; without a row, the real time.
CREATE FUNCTION simulated_now() RETURNS timestamptz LANGUAGE sql VOLATILE
RETURN coalesce(
    (SELECT shows + (clock_timestamp() - anchored_at_real) * speed
       FROM clock ORDER BY id DESC LIMIT 1),
    clock_timestamp()
);
