"""Pictures (图): where every line and dot of a drawing lies; `templates/pictures` draws them."""
