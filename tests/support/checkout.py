"""The folder that holds this project, and what lies in it."""

from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
SHIPPED_PROMPTS = CHECKOUT / "prompts"
