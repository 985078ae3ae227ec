"""Other witnesses than the ear: what a file states of its tempo and key, and what its user says."""
