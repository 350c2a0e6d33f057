INSERT INTO clock (shows, because) VALUES ('2026-03-23 10:00+00', 'fixed');
INSERT INTO scripts (hash, name, version, body, recorded_at)
VALUES ('past', 'initial_contact', '0', '', '2026-01-05 10:00+00') ON CONFLICT DO NOTHING;
INSERT INTO persons (id, key_wrapped, given_name_sealed, family_name_sealed, surname_birth_index, names_index, created_at)
SELECT md5('person' || i)::uuid, decode(repeat('00', 68), 'hex'), decode(repeat('11', 34), 'hex'),
       decode(repeat('22', 36), 'hex'), decode(md5('surname' || i), 'hex'),
       decode(md5('names' || i), 'hex'), '2026-01-05 10:00+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO numbers (id, person_id, position, number_sealed, number_index, kind, added_at)
SELECT md5('number' || i)::uuid, md5('person' || i)::uuid, 1, decode(repeat('33', 41), 'hex'),
       decode(md5('index' || i), 'hex'), 'mobile', '2026-01-05 10:00+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO contact_profiles (id, person_id, version, safe_call, safe_text, safe_voicemail, recorded_at)
SELECT md5('profile' || i)::uuid, md5('person' || i)::uuid, 1, 'blank', 'blank', 'blank',
       '2026-01-05 10:00+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO referrals (id, person_id, reference, source_system, crime_group, flags_assessed, referred_at,
       contact_code_sealed, tier, state, route, breach_at, imported_at, updated_at)
SELECT md5('referral' || i)::uuid, md5('person' || i)::uuid, 'P-' || i, 'niche', 'theft', true,
       '2026-01-05 10:00+00', decode(repeat('44', 32), 'hex'), 'standard', 'contacted', 'none',
       '2026-01-07 10:00+00', '2026-01-05 10:00+00', '2026-01-05 10:00+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO attempts (id, token, person_id, referral_id, number_id, number_index, channel, state,
       provider_id, decided_at, placed_at, ended_at, deadline_real, seconds, ending, disposition, aapor,
       language, script_hash, policy_version)
SELECT md5('attempt' || i)::uuid, md5('token' || i), md5('person' || i)::uuid,
       md5('referral' || i)::uuid, md5('number' || i)::uuid, decode(md5('index' || i), 'hex'), 'call',
       'completed', 'CA' || md5('sid' || i), '2026-01-06 10:00+00', '2026-01-06 10:00+00',
       '2026-01-06 10:02+00', '2026-01-06 10:00+00', 90, 'opted_in', 'opted_in', '1.1', 'en', 'past',
       'past'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO interviews (id, person_id, referral_id, script_hash, channel, language, state, ending,
       attempt_id, started_at, ended_at)
SELECT md5('interview' || i)::uuid, md5('person' || i)::uuid, md5('referral' || i)::uuid, 'past',
       'voice', 'en', 'completed', 'opted_in', md5('attempt' || i)::uuid, '2026-01-06 10:00+00',
       '2026-01-06 10:02+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO call_sessions (attempt_id, turn, session, script_hash, at)
SELECT md5('attempt' || i)::uuid, 5, '{"slots": [], "script": {"step": "opted_in"}}', 'past',
       '2026-01-06 10:02+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO call_turns (attempt_id, turn, twiml, at)
SELECT md5('attempt' || i)::uuid, 0, repeat('past ', 20), '2026-01-06 10:02+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO answers (id, interview_id, step, turn, value_sealed, language, channel, at)
SELECT md5('answer' || i)::uuid, md5('interview' || i)::uuid, 'support', 4,
       decode(repeat('55', 31), 'hex'), 'en', 'voice', '2026-01-06 10:01+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO attempt_events (attempt_id, source, sequence, status, at)
SELECT md5('attempt' || i)::uuid, 'status', 3, 'completed', '2026-01-06 10:02+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO consent_events (id, person_id, referral_id, attempt_id, purpose, decision, wording,
       wording_hash, language, channel, identity, captured_by, at)
SELECT md5('consent' || i)::uuid, md5('person' || i)::uuid, md5('referral' || i)::uuid,
       md5('attempt' || i)::uuid, 'support_referral', 'given', 'past', 'past', 'en', 'voice',
       'contact_code', 'keypad', '2026-01-06 10:01+00'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO decisions (person_id, referral_id, attempt_id, channel, means, moment, allowed,
       policy_version, at)
SELECT md5('person' || i)::uuid, md5('referral' || i)::uuid, md5('attempt' || i)::uuid, 'call',
       'automatic', 'dispatch', true, 'past', '2026-01-06 10:00+00'
  FROM generate_series(1, :n) i ORDER BY md5('attempt' || i);
INSERT INTO outbox (id, type, case_reference, source_system, sequence, occurred_at, recorded_at, body,
       state)
SELECT md5('outbox' || i)::uuid, 'attempt', 'P-' || i, 'niche', 1, '2026-01-06 10:02+00',
       '2026-01-06 10:02+00', '{}', 'delivered'
  FROM generate_series(1, :n) i ORDER BY 1;
INSERT INTO audit (actor, action, subject_type, subject_id, at)
SELECT 'outreach', 'attempt_ended', 'attempt', md5('attempt' || i)::uuid::text, '2026-01-06 10:02+00'
  FROM generate_series(1, :n) i
