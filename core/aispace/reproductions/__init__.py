"""Model versions made once more, and what came out different."""
