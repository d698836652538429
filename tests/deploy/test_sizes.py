"""The arithmetic of the tables of sizes in docs/scale.md."""

from scripts.scale_tables import sizes

FEW = {"mode": "all checks", "haproxy": True, "replicas": 2, "stations": 1000, "mock_us": 60.0, "haproxy_us": 15.0}
FEW |= {"mock_kb": 50.0, "start_kb": 30_000.0, "haproxy_kb": 6.0}
MANY = FEW | {"stations": 6000, "mock_us": 90.0, "mock_kb": 20.0}
ALONE = FEW | {"replicas": 1, "haproxy": False, "stations": 12_000}
OTHER = ALONE | {"mode": "`--checks none`", "stations": 99_000}


def test_measured_rows() -> None:
    """Each measurement with two replicas is a row with its own figures."""
    few, many, *_ = sizes([ALONE, FEW, MANY, OTHER])
    assert (few.stations, few.is_measured, few.replicas, few.memory) == (1000, True, 2, 1000 * 50 + 2 * 30_000)
    assert (many.stations, many.is_measured, many.memory) == (6000, True, 6000 * 20 + 2 * 30_000)
    assert (many.calls, round(many.cores, 4)) == (200, 0.018)


def test_estimated_rows() -> None:
    """The others are made from the measurement with most stations.

    A replica has at most as many stations as one has been seen to hold, even if its share is a fifth above the mean. It
    keeps at most half a core busy. HAProxy has at most 400,000 stations.
    """
    estimated = [size for size in sizes([ALONE, FEW, MANY, OTHER]) if not size.is_measured]
    assert [size.stations for size in estimated] == [30_000, 100_000, 300_000, 1_000_000]
    assert [size.replicas for size in estimated] == [3, 10, 30, 100]
    assert [size.share for size in estimated] == [12_000] * 4
    assert [size.balancers for size in estimated] == [1, 1, 1, 3]
    assert estimated[-1].per_balancer == 333_334
    assert round(estimated[-1].cores, 3) == 3.0
    assert round(estimated[-1].balancer_cores, 3) == 0.5
    busy = [MANY | {"mock_us": 9000.0}, ALONE]
    assert next(size.replicas for size in sizes(busy) if not size.is_measured) == 18, "30,000 / 30 * 9 ms / 0.5"
