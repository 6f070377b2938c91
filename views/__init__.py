"""Views: what every picture of a race needs, whatever draws it. Figures are in `views.figures`."""

from views.box import Box
from views.captions import Captions, captions
from views.standings import Standings

__all__ = ["Box", "Captions", "Standings", "captions"]
