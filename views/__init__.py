"""Views: what every picture of a race needs, whatever draws it. Figures are in `views.figures`."""
