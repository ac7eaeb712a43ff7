"""证明 at the desk: officers issue them for the cadres of their department, and revoke them."""
