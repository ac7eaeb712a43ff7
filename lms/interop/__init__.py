"""Facts of Tianjian in the standards of others."""
