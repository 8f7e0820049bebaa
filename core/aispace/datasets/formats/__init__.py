"""Readers and writers of the forms that boxes, texts and tables come in."""
