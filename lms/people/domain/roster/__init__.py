"""名册: a department's list of its cadres, read from a file, looked at, confirmed once, perhaps undone."""
