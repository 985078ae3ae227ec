"""A set without an end: pieces by the musician, one leading to the next, streamed as they come."""
