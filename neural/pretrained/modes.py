"""Which layers are read and which learn, from the fields that say so in words and numbers."""

from worthit.core.errors import InputError

__all__ = ["layer_read", "new_heads", "parts_frozen"]

EMBEDDINGS = "embeddings"  # what may be frozen without any layer


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


def new_heads(hidden: int) -> int:
    """Choose the attention heads of a new body: the most that divide it and leave each 32 or more.

    Examples
    --------
    >>> new_heads(128), new_heads(100)
    (4, 2)
    """
    return max(n for n in range(1, max(1, hidden // 32) + 1) if hidden % n == 0)


def parts_frozen(
    transfer: str, freeze: int | str, freeze_embeddings: bool, n_layers: int
) -> tuple[int, bool]:
    """Return how many of the first layers do not learn, and whether the embeddings do not.

    Of two fields, the one that freezes more holds.

    Examples
    --------
    >>> parts_frozen("last:2", 0, True, 12), parts_frozen("full", 9, False, 12)
    ((10, True), (9, False))
    >>> parts_frozen("head", 0, False, 12), parts_frozen("full", "embeddings", True, 12)
    ((12, True), (0, True))
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
    alone = freeze == EMBEDDINGS
    if alone and not freeze_embeddings:
        raise InputError(
            f"Got freeze={freeze!r} with freeze_embeddings=False; leave one of the two out."
        )
    n_first = 0 if alone else freeze
    if not isinstance(n_first, int) or not 0 <= n_first <= n_layers:
        raise InputError(
            f"Got freeze={freeze!r}; {n_layers} layers are read, so freeze at most that many (0 "
            f"for none), or {EMBEDDINGS} for those alone."
        )
    frozen = max(frozen, n_first)
    return frozen, mode == "head" or alone or (freeze_embeddings and frozen > 0)
