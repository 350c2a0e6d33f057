"""A pretended phone network that speaks Twilio’s API, for demonstrations and tests."""
