"""Pages about people: learners' sign-in and account, and those of staff."""
