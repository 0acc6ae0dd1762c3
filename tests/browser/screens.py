"""How people look at pages: on a phone or at a desk, in English or German, light or dark, with scripts or without."""

from typing import Any, Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["en", "de"]
Scheme: TypeAlias = Literal["light", "dark"]

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LANGUAGES: tuple[Language, ...] = ("en", "de")


class Screen(NamedTuple):
    """A size of screen, in CSS pixels."""

    name: str
    width: int
    height: int
    has_touch: bool


PHONE = Screen("phone", 390, 844, has_touch=True)
DESKTOP = Screen("desktop", 1280, 800, has_touch=False)
SCREENS = (PHONE, DESKTOP)


class Look(NamedTuple):
    """One way to look at the pages."""

    screen: Screen = DESKTOP
    language: Language = "en"
    scheme: Scheme = "light"
    has_scripts: bool = True

    def context(self) -> dict[str, Any]:
        """What Playwright needs to know for a browser of its own."""
        size = {"width": self.screen.width, "height": self.screen.height}
        return {
            "viewport": size,
            "screen": size,
            "has_touch": self.screen.has_touch,
            "is_mobile": self.screen.has_touch,
            "locale": {"en": "en-GB", "de": "de-DE"}[self.language],
            "timezone_id": "Europe/Berlin",
            "color_scheme": self.scheme,
            # Colours are measured as they stay, not on their way from one to the next.
            "reduced_motion": "reduce",
            "java_script_enabled": self.has_scripts,
        }

    def __str__(self) -> str:
        """Its name among the tests."""
        return f"{self.screen.name}-{self.language}-{self.scheme}-{'scripts' if self.has_scripts else 'plain'}"
