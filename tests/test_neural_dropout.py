import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from worthit.neural.pretrained import dropout as module
from worthit.neural.pretrained.body import new_body, new_subwords
from worthit.neural.pretrained.dropout import Dropout, attend, hide, laid_out


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_a_share_is_hidden_and_the_mean_stays(p, dtype):
    torch.manual_seed(0)
    hidden = hide(torch.ones(1000, 1001, dtype=dtype), p)
    assert (hidden == 0).float().mean() == pytest.approx(p, abs=0.003)
    assert hidden.float().mean() == pytest.approx(1, rel=0.01)
    assert len(hidden.unique()) == 2


def test_values_that_share_a_draw_are_hidden_independently():
    torch.manual_seed(0)
    hidden = (hide(torch.ones(100_000, 4), 0.3) == 0).float()
    assert hidden.mean(dim=0) == pytest.approx([0.3] * 4, abs=0.01)
    assert torch.corrcoef(hidden.T) == pytest.approx(torch.eye(4), abs=0.02)


@pytest.mark.parametrize("n_values", [1, 2, 3, 4, 5])
def test_any_number_of_values_can_be_hidden(n_values):
    torch.manual_seed(0)
    draws = torch.stack([hide(torch.ones(n_values), 0.5) for _ in range(200)])
    assert ((draws == 0) | (draws == 2)).all()
    assert ((draws == 0).any(dim=0) & (draws == 2).any(dim=0)).all()


def test_all_or_nothing_is_hidden_exactly():
    values = torch.randn(7, 5)
    assert torch.equal(hide(values, 0.0), values)
    assert torch.equal(hide(values, 1.0), torch.zeros(7, 5))


def test_draws_follow_the_seed():
    draws = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        draws.append(hide(torch.ones(50, 50), 0.5))
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_what_is_hidden_has_no_gradient():
    torch.manual_seed(0)
    values = torch.randn(40, 40, requires_grad=True)
    hidden = hide(values, 0.25)
    hidden.sum().backward()
    assert torch.equal(values.grad == 0, hidden == 0)
    assert values.grad.unique().tolist() == pytest.approx([0, 4 / 3])


def test_dropout_takes_the_place_of_torchs_own_wherever_it_is():
    network = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(0.3)), nn.Dropout(0.2))
    Dropout.put_into(network)
    found = [part for part in network.modules() if isinstance(part, nn.Dropout)]
    assert [(type(part), part.p) for part in found] == [(Dropout, 0.3), (Dropout, 0.2)]


def test_dropout_acts_while_training_only():
    dropout, values = Dropout(0.5), torch.ones(100)
    assert torch.equal(dropout.eval()(values), values)
    assert not torch.equal(dropout.train()(values), values)
    assert torch.equal(Dropout(0.0).train()(values), values)


def attended(dropout, mask):
    """Attend from and to the same random states, by this module and by torch."""
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 4, 6, 8).unbind()
    torch.manual_seed(1)
    ours, _ = attend(nn.Module(), query, key, value, mask, dropout=dropout, scaling=8**-0.5)
    theirs = scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2)
    return ours, theirs


TOKENS = torch.tensor([6, 3])
MASK = (torch.arange(6) < TOKENS[:, None])[:, None, None, :]


@pytest.mark.parametrize("mask", [None, MASK])
def test_attention_is_torchs_own_but_for_what_is_hidden(mask):
    nothing = 1e-9  # takes our way and hides no weight
    ours, theirs = attended(nothing, mask)
    assert ours == pytest.approx(theirs.numpy(), abs=1e-6)


def test_tensors_laid_out_for_apples_devices_mean_the_same():
    states = torch.randn(3, 2, 6, 4, 8).transpose(2, 3).unbind()  # as a layer permutes them
    *written, mask = laid_out(*states, MASK)
    assert all(each.is_contiguous() for each in (*written, mask))
    assert mask.shape == (2, 4, 6, 6)
    found = scaled_dot_product_attention(*written, attn_mask=mask)
    expected = scaled_dot_product_attention(*states, attn_mask=MASK)
    assert found == pytest.approx(expected.numpy(), abs=1e-6)
    assert laid_out(*states, None)[3] is None


def test_hidden_weights_change_the_outcome_and_keep_its_mean():
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 1, 1, 6, 8).unbind()
    many = [each.expand(20_000, -1, -1, -1) for each in (query, key, value)]
    ours, _ = attend(nn.Module(), *many, None, dropout=0.2, scaling=8**-0.5)
    theirs = scaled_dot_product_attention(query, key, value).transpose(1, 2)
    assert ours.std(dim=0).min() > 0.02
    assert ours.mean(dim=0) == pytest.approx(theirs[0].numpy(), abs=0.03)


@pytest.mark.parametrize("mask", [None, MASK])
def test_attention_without_dropout_has_torchs_gradients(mask):
    torch.manual_seed(0)
    states = torch.randn(3, 2, 4, 6, 8, requires_grad=True)
    gradients = []
    for how in ("ours", "torchs"):
        states.grad = None
        query, key, value = states.unbind()
        if how == "ours":
            found, _ = attend(nn.Module(), query, key, value, mask, scaling=8**-0.5)
        else:
            found = scaled_dot_product_attention(query, key, value, attn_mask=mask)
            found = found.transpose(1, 2)
        found.square().sum().backward()
        gradients.append(states.grad.clone())
    assert gradients[0].abs().max() > 0.1
    assert gradients[0].numpy() == pytest.approx(gradients[1].numpy(), abs=1e-5)


def test_padding_is_never_attended_to():
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 4, 6, 8).unbind()
    found = []
    for noise in (0.0, 100.0):
        torch.manual_seed(1)
        padded = [each + noise * ~MASK.transpose(2, 3) for each in (key, value)]
        found.append(attend(nn.Module(), query, *padded, MASK, dropout=0.3, scaling=0.3)[0])
    assert torch.equal(*found)


def test_attention_in_half_precision_is_near_that_in_full(monkeypatch):
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 4, 6, 8).bfloat16().unbind()
    monkeypatch.setattr(module, "hide", lambda values, p: values)
    with torch.autocast("cpu", torch.bfloat16):
        ours, _ = attend(nn.Module(), query, key, value, MASK, dropout=0.1, scaling=8**-0.5)
    full = (each.float() for each in (query, key, value))
    theirs = scaled_dot_product_attention(*full, attn_mask=MASK).transpose(1, 2)
    assert ours.dtype is torch.bfloat16
    assert ours.float() == pytest.approx(theirs.numpy(), abs=0.03)


def test_a_decoder_attends_as_torch_does():
    decoder = nn.Module()
    decoder.is_causal = True
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 4, 6, 8).unbind()
    ours, _ = attend(decoder, query, key, value, None, dropout=1e-9, scaling=8**-0.5)
    theirs = scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2)
    assert ours == pytest.approx(theirs.numpy(), abs=1e-6)


@pytest.mark.parametrize("architecture", ["bert", "roberta"])
def test_bodies_hide_by_this_module_alone(architecture, monkeypatch):
    sizes = {"n_tokens": 300, "max_length": 16, "hidden": 32, "layers": 2}
    body = new_body(new_subwords(["some words", "other words"], architecture, **sizes)).train()
    ids, calls = torch.randint(5, 30, (2, 6)), []
    monkeypatch.setattr(module, "hide", lambda values, p: calls.append(p) or values)
    found = [body(ids).last_hidden_state for _ in range(2)]
    assert torch.equal(*found)  # nothing else is random
    assert calls == [0.1] * 2 * 7  # twice the embeddings, and 2 layers with 3 each
