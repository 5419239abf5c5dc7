"""Waits for a budget that grows when not even one unit can be paid."""

# /// submission
# base = "solved"
# [score]
# width_for_budget = 0
# [outcome]
# width_for_budget = "timed_out"
# ///
# %% exercise="width_for_budget"
def width_for_budget(budget, D, L):
    H = 1
    while stacked_parameter_count(D, H + 1, L) <= budget:
        H += 1
    while stacked_parameter_count(D, H, L) > budget:
        H = max(H - 1, 1)
    return H
