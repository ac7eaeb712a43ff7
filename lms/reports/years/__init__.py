"""年度结账 and its papers: the table of a unit, of an authority and of one person, on a screen and on A4."""
