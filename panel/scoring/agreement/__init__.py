"""How far the experts agree, and how far their common result would be that of another panel.

Every figure is a number or None; a word on what each means stands in `panel.sentences.agreement`.
"""
