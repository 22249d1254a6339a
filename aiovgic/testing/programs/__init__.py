"""Small concurrent programs for judging strategies: drawn ones, known ones, and what there is to see in them.

`draw` makes a program of a seed, `compare` says what a strategy misses of it, `literature` has the
programs whose numbers of traces are published.
"""

from aiovgic.testing.programs.compare import Comparison as Comparison
from aiovgic.testing.programs.compare import Totals as Totals
from aiovgic.testing.programs.compare import compare as compare
from aiovgic.testing.programs.compare import compare_all as compare_all
from aiovgic.testing.programs.compare import look as look
from aiovgic.testing.programs.draw import FEATURES as FEATURES
from aiovgic.testing.programs.draw import draw as draw
from aiovgic.testing.programs.draw import shows as shows
