"""The indexer's work; each job is one service."""

from academy.kernel.jobs import Progress, job
from academy.search import services


@job("search.index")
def index(progress: Progress) -> dict[str, int]:
    return services.index_pending(progress)


@job("search.rebuild")
def rebuild(progress: Progress) -> dict[str, int]:
    return services.repair(progress)
