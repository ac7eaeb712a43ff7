"""A synthetic province: as many people, posts and ledger entries as asked for, for measuring; nobody in it exists."""
