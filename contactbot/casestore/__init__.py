"""The case store’s exchange: referral files and events in, results out."""
