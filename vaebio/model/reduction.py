"""What a weight of the KL in a loss of another program amounts to: beta, nats against nats."""


def beta_of_weight(
    weight: float, *, error_over: int = 1, kl_over: int | float = 1, in_nats: bool = False
) -> float:
    """Beta of a loss `error / error_over + weight x KL / kl_over`, of one observation.

    SSE is the squared error summed over the features, KL the rate in nats summed over the units.
    With a Gaussian likelihood of sigma 1 the objective here is SSE / 2 + beta x KL. A loss of

        SSE / a + weight x KL / b

    has its optimum where a / 2 times as much has it:

        SSE / 2 + (weight x a / (2 b)) x KL,    so beta = weight x a / (2 b).

    With the mean squared error over features, a is their number, and beta = weight x features / 2;
    with the sum, a is 1, and beta = weight / 2. Where the error is in nats already (half the
    squared error, or a negative log-likelihood), nothing is left to halve: beta = weight x a / b.
    A mean of the KL over the units has their number as b. A KL that is summed over a minibatch,
    beside an error that is averaged over it, has 1 / minibatch.

    The step of plain gradient descent is a / 2 times smaller in the other loss; Adam, which
    divides a gradient by its size, takes the same.

    Parameters
    ----------
    error_over, kl_over
        What error and KL are divided by: a and b.
    in_nats
        Whether the error is the distortion itself, rather than the squared error.

    Examples
    --------
    >>> beta_of_weight(1.0, error_over=2000)  # mean squared error, summed KL
    1000.0
    >>> beta_of_weight(1.0, error_over=2000, in_nats=True)  # with one half
    2000.0
    >>> beta_of_weight(1.0, error_over=2000, kl_over=10)  # both are means
    100.0
    """
    return weight * error_over / (kl_over if in_nats else 2 * kl_over)
