"""Figures as ratios taken in one run: ours and the bare library's in turn, medians of pairs."""
