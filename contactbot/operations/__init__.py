"""One verb for each thing a person, a timetable or a webhook does."""
