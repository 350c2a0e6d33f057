DROP INDEX ix_attempts_decided_at;
DROP INDEX ix_appointments_booked;
DROP INDEX ix_referrals_for_callers;
