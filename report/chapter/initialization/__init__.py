"""Chapter 2: how runs from several starts end, and what two theories say of them: the plateau and the first signal."""

from report.chapter.initialization.first_signal import (
    count_held,
    deviations,
    first_loss_table,
    predicted_squares,
    signal_table,
    written,
    written_losses,
)  # fmt: skip
from report.chapter.initialization.first_steps import explosion_figure, inside, inside_table, most_dead, times
from report.chapter.initialization.plateau import Plateau, plateau_figure, plateau_theory
from report.chapter.initialization.runs import (
    check_parameters,
    counted,
    end_of_race,
    ends,
    hits,
    lasting,
    leaders,
    mean,
    outcome_table,
    race_table,
    together,
    versus,
    with_interval,
)  # fmt: skip

__all__ = [
    "Plateau",
    "check_parameters",
    "count_held",
    "counted",
    "deviations",
    "end_of_race",
    "ends",
    "explosion_figure",
    "first_loss_table",
    "hits",
    "inside",
    "inside_table",
    "lasting",
    "leaders",
    "mean",
    "most_dead",
    "outcome_table",
    "plateau_figure",
    "plateau_theory",
    "predicted_squares",
    "race_table",
    "signal_table",
    "times",
    "together",
    "versus",
    "with_interval",
    "written",
    "written_losses",
]
