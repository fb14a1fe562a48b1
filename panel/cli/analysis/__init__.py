"""An analysis as tables on a terminal."""
