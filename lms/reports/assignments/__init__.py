"""指派课程 on the desk: assigned, followed, exported, taken back."""
