DROP INDEX ix_appointments_booked;
DROP INDEX ix_referrals_for_callers;
