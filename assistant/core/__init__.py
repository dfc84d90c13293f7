"""What the product is: pure Python, synchronous, standard library and pydantic only."""
