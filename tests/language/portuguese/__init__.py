"""Pictures of the main screens in Portuguese, taken in a process of their own."""
