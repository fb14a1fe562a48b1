"""What was found, decided or is in the way, as sentences for people: codes and facts in, words out."""
