"""The sign lab: how a sign comes about, step by step, and which mistake made a wrong one. Pure, like all of core."""
