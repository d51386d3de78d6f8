"""Money is integer centavos of BRL everywhere."""


def show(centavos: int) -> str:
    """``123456`` as ``R$ 1.234,56``."""
    sign = "-" if centavos < 0 else ""
    reais, cents = divmod(abs(centavos), 100)
    return f"{sign}R$ {reais:,}".replace(",", ".") + f",{cents:02d}"


def for_minutes(minutes: int, hourly_rate: int) -> int:
    """Price in centavos of ``minutes`` at ``hourly_rate`` centavos an hour, half a centavo rounded away from zero."""
    doubled = 2 * abs(minutes) * hourly_rate
    cents = (doubled + 60) // 120
    return cents if minutes >= 0 else -cents
