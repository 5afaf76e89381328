"""Composed strings that look as they do on cheques, forms and in logbooks.

One line goes this way: a hand is drawn by lot (`hands`), its digits are drawn anew with its pen and
its habits and bent (`skeletons`, `habits`, `shapes`), set side by side with marks that the text
does not hold (`layout`, `joins`, `marks`), cut out with what stands around them (`crop`,
`neighbours`, `printed`), laid on paper (`paper`) and photographed (`photo`), well or badly
(`conditions`, `degrade`). `composer` does so for many lines. Everything is drawn by lot from the
line's own seed.
"""
