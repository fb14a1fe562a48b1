"""The methods that may decide: exact, announced beforehand, recomputable by anyone; one file each."""
