"""Exemptions on the desk: proposed by one officer, decided by another."""
