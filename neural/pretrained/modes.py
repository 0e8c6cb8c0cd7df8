"""Which layers are read and which learn, from the fields that say so in words and numbers."""

from worthit.core.errors import InputError

__all__ = ["layer_read", "layers_frozen"]


def layer_read(layer: int, n_layers: int) -> int:
    """Return the hidden layer that is read, counted from 1.

    Examples
    --------
    >>> layer_read(-1, 12), layer_read(3, 12)
    (12, 3)
    """
    found = layer if layer > 0 else n_layers + 1 + layer
    if not isinstance(layer, int) or layer == 0 or not 1 <= found <= n_layers:
        raise InputError(
            f"Got layer={layer!r}; the body has {n_layers} layers, so give 1 to {n_layers}, or -1 "
            f"to -{n_layers} counted from the last."
        )
    return found


def layers_frozen(transfer: str, freeze: int, n_layers: int) -> int:
    """Return how many of the first layers do not learn; the field that freezes more holds.

    Examples
    --------
    >>> layers_frozen("last:2", 0, 12), layers_frozen("full", 9, 12), layers_frozen("head", 0, 12)
    (10, 9, 12)
    """
    mode, colon, last = transfer.partition(":")
    if mode == "last" and last.isdecimal() and 1 <= int(last) <= n_layers:
        frozen = n_layers - int(last)
    elif mode in ("full", "head") and not colon:
        frozen = n_layers if mode == "head" else 0
    else:
        raise InputError(
            f"Got transfer={transfer!r}; choose full, head, or last:N with N from 1 to {n_layers}, "
            "the layers that learn."
        )
    if not isinstance(freeze, int) or freeze > n_layers:
        raise InputError(
            f"Got freeze={freeze!r}; {n_layers} layers are read, so freeze at most that many."
        )
    return max(frozen, freeze)
