"""学时申报: the learner's own pages."""
