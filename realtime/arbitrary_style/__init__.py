"""Styles from any painting without training: a mixture of the bundle's styles, recoloured."""
