from tests.helpers.inbox_bench import bench

__all__ = ["bench"]
