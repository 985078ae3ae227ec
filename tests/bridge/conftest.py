from tests.inbox_bench import bench

__all__ = ["bench"]
