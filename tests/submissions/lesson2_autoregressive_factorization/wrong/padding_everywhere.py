"""A student whose averages run over the padding too, and who reports nats for bits."""
# /// submission
# base = "solved"
# [score]
# perplexity = 0
# bits_per_character = 0
# masked_nll = 0
# [misconception]
# perplexity = "padding_counted"
# bits_per_character = "nats_reported"
# masked_nll = "padding_counted"
# ///
# %% exercise="perplexity"
def perplexity(log_probs, mask):
    return np.exp(-np.mean(log_probs))
# %% exercise="bits_per_character"
def bits_per_character(nll_nats, n_characters):
    return nll_nats / n_characters
# %% exercise="masked_nll"
def masked_nll(logits, targets, mask):
    log_probs = log_softmax(logits)
    rows, steps = np.indices(targets.shape)
    return -log_probs[rows, steps, targets].mean()
