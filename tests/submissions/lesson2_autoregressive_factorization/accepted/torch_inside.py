"""A student who knows PyTorch already and uses it, in float32, wherever a loss is asked for."""
# /// submission
# base = "solved"
# ///
# %% exercise="perplexity"
def perplexity(log_probs, mask):
    import torch

    keep = torch.as_tensor(np.asarray(mask)).bool()
    return torch.exp(-torch.as_tensor(log_probs, dtype=torch.float32)[keep].mean())
# %% exercise="masked_nll"
def masked_nll(logits, targets, mask):
    import torch

    labels = torch.as_tensor(np.where(np.asarray(mask) > 0, targets, -100)).flatten()
    return torch.nn.functional.cross_entropy(torch.as_tensor(logits, dtype=torch.float32).flatten(0, 1), labels)
# %% exercise="log_softmax"
def log_softmax(scores, axis=-1):
    import torch

    return torch.log_softmax(torch.as_tensor(scores), dim=axis).numpy()
