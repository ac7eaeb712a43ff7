"""What is required of the cadres of an authority, and how the authority sets its own."""
