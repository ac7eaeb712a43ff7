"""The first page of the desk: how do we stand, what changed, and who needs help."""
