DROP INDEX ix_outbox_dead;
DROP INDEX ix_holds_open;
DROP INDEX ix_inbound_texts_open;
CREATE INDEX ix_inbound_texts_unread ON inbound_texts (at) WHERE read_at IS NULL;
ALTER TABLE inbound_texts
    DROP COLUMN settled_at,
    DROP COLUMN body_sealed,
    DROP COLUMN sender_sealed,
    DROP COLUMN key_wrapped;
UPDATE contact_releases SET reason = '' WHERE reason IS NULL;
ALTER TABLE contact_releases ALTER COLUMN reason SET NOT NULL;
DROP TABLE supervisor_acts;
