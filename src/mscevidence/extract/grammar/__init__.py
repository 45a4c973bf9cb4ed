"""How abstracts write sentences, numbers, counts and times, whatever these are of."""
