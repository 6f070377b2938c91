"""Views: what every picture of a race needs, whatever draws it. Figures are in `views.figures`.

Nothing in here is for users but `views.figures`, and `Box`, which `scenes` hands out.
"""
