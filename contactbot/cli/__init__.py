"""The commands a person or a timetable runs."""
