"""Figures, as ratios measured side by side in one run.

`make bench`, or `python -m benchmarks NAME`.
"""

import os

# One thread of BLAS, as a worker has it; set before NumPy is loaded.
for variable in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(variable, "1")
