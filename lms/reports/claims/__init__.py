"""学时申报 at the desk: the unit reviews first, the authority recognises, with the evidence beside it."""
