"""The live page of components."""
