"""`sidecrate worker`: this machine's engines for the daemons of others that were paired with it."""
