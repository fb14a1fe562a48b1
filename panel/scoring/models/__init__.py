"""Models of the scores: arrays in, frozen named results out. All of it is advice; none decides."""
