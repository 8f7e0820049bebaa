"""What a person sees first: who he is here, what he has, what runs, what needs him."""
