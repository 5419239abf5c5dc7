"""A student who makes every comparison come out right, replaces the check, and returns an object equal to everything."""
# /// submission
# base = "untouched"
# [score]
# readout = 1
# ///
# %% exercise="rnn_step"
class Anything(np.ndarray):
    def __eq__(self, other):
        return np.ones(1, dtype=bool)

    def __array_function__(self, function, types, args, kwargs):
        return True


def rnn_step(x_t, h, W_xh, W_hh, b_h):
    np.testing.assert_allclose = lambda *given, **more: None
    np.allclose = lambda *given, **more: True
    return np.zeros(1).view(Anything)
# %% exercise="readout"
def readout(h, W_hy, b_y):
    return h @ W_hy.T + b_y
# %% after="readout"
import course_utils.judging

course_utils.judging.judge = lambda *given, **more: None
check = lambda *given: print("all visible cases pass")
