"""证明: taken out by the person herself, shown to whoever holds the paper, printed."""
