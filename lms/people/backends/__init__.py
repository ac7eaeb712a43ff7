"""Tools outside: providers of SMS, and the address a request came from."""
