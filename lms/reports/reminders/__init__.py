"""提醒 from the desk: whom, with which words, at what cost; afterwards what became of it, in counts."""
