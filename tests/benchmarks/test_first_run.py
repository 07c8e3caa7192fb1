from benchmarks.measures.first_run import Change, steps


def test_step_ends_when_the_next_one_begins() -> None:
    """A step lasts from its announcement, however it comes in pieces, to the next; the last to the end."""
    changes = [
        Change(0.0, ""),
        Change(1.0, "Installing Python pack"),
        Change(1.5, "ages ...\r\nResolved 53 packages in 1.91s\r\n"),
        Change(9.5, "Deploying it ... "),
        Change(10.5, "\rDeploying it ... 1 s"),
        Change(12.0, ""),
    ]

    assert steps(changes) == {"Installing Python packages": 8.0, "Deploying it": 2.5}
