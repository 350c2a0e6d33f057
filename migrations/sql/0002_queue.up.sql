-- The order in which callers are given people, and the call-backs promised to each of them.
CREATE INDEX ix_referrals_for_callers
    ON referrals (breach_at, risk_rank, referred_at)
    WHERE route = 'caller';
CREATE INDEX ix_appointments_booked
    ON appointments (referral_id)
    WHERE state = 'booked';
-- The newest attempts, and pages of all of them in their order.
CREATE INDEX ix_attempts_decided_at ON attempts (decided_at, id);
