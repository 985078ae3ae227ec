"""Pictures by models, of words or moved, at Replicate or on this machine."""
