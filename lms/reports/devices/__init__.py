"""同一部手机上的多人: a question to the officer who looks after these cadres, with nothing hanging on the answer."""
