"""The pages on which an officer keeps her department's roster; the stories are those of lms.people.domain.roster."""
