"""证明 at the desk: officers issue and revoke those of their cadres, and answer for certificates of everybody else."""
