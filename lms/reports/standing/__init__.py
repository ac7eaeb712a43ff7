"""How people stand against what is required of them, as the desk shows it."""
