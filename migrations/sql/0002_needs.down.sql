DROP TABLE needs;

CREATE TABLE needs (
    id UUID NOT NULL,
    referral_id UUID NOT NULL,
    interview_id UUID,
    area TEXT NOT NULL,
    rag TEXT NOT NULL,
    reason_sealed BYTEA,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_needs PRIMARY KEY (id),
    CONSTRAINT fk_needs_referral_id FOREIGN KEY (referral_id) REFERENCES referrals (id),
    CONSTRAINT fk_needs_interview_id FOREIGN KEY (interview_id) REFERENCES interviews (id)
);
