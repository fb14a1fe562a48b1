"""What to look at about each expert. Advice worded as a request to check; it never excludes anybody.

`diagnosis.diagnose` gives the figures and the findings; the other files hold one effect each.
"""
