"""The two themes, designed for long reading: one accent, quiet surfaces, and a colour per kind of environment."""

from textual.theme import Theme

DARK = Theme(
    name="topexplorer-dark",
    primary="#7AA2D6",
    secondary="#8B93A7",
    accent="#FF9447",
    foreground="#D6DAE3",
    background="#13161B",
    surface="#181C22",
    panel="#222730",
    success="#6CC08B",
    warning="#E6B450",
    error="#F0716B",
    dark=True,
    variables={
        "kind-sandbox": "#2E7D74",
        "kind-dev": "#2F62B5",
        "kind-prod": "#B3282D",
        "input-selection-background": "#FF9447 30%",
        "scrollbar": "#333A46",
        "scrollbar-background": "#181C22",
    },
)

LIGHT = Theme(
    name="topexplorer-light",
    primary="#2B5FA8",
    secondary="#5B6475",
    accent="#C2560C",
    foreground="#22262E",
    background="#FAFAF8",
    surface="#F3F3F0",
    panel="#E6E7E4",
    success="#237A45",
    warning="#8F6400",
    error="#B3261E",
    dark=False,
    variables={
        "kind-sandbox": "#1F7A70",
        "kind-dev": "#2459B0",
        "kind-prod": "#B3282D",
        "input-selection-background": "#C2560C 25%",
        "scrollbar": "#C9CBC8",
        "scrollbar-background": "#F3F3F0",
    },
)

THEMES = (DARK, LIGHT)
