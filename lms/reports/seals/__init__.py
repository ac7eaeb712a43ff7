"""The daily seals, for the audit administrator to carry out of the house."""
