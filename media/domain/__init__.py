"""Stories of media."""
