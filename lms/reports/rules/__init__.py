"""学时规则 at the desk: officers of an organisation department read, write, try and end rules of their authority."""
