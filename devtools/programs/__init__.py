"""Small concurrent programs for judging strategies: drawn ones, known ones, and what there is to see in them.

`draw` makes a program of a seed, `parse` one of its text, `compare` says what a strategy misses of it, `shrink` makes
one that shows a difference smaller, `literature` has the programs whose numbers of traces are published.
"""

from devtools.programs.compare import Comparison as Comparison
from devtools.programs.compare import Totals as Totals
from devtools.programs.compare import compare as compare
from devtools.programs.compare import compare_all as compare_all
from devtools.programs.compare import look as look
from devtools.programs.draw import draw as draw
from devtools.programs.reading import parse as parse
from devtools.programs.shrink import shrink as shrink
