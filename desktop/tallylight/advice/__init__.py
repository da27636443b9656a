"""One module per kind of advice: evidence in, advice out."""
