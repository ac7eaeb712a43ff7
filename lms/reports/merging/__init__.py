"""Two records of one cadre become one on the desk, and two again as far as facts allow."""
