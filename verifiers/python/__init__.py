"""The parts of `verify_bundle.py`, in one file by `python -m tools.verifiers`."""
