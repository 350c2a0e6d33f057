"""Needs in short: eight areas in which somebody may want help, and what they may answer."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from contactbot.domain.wording import translatable


class NeedArea(StrEnum):
    """The areas of need that services for victims are paid and measured by."""

    HEALTH = "mental_physical_health"
    SHELTER = "shelter_accommodation"
    FAMILY = "family_friends_children"
    EDUCATION = "education_skills_employment"
    DRUGS = "drugs_alcohol"
    FINANCE = "finance_benefits"
    OUTLOOK = "outlook_attitudes"
    SOCIAL = "social_interactions"


class NeedAnswer(StrEnum):
    """Whether somebody would like help in an area."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"
    RATHER_NOT_SAY = "rather_not_say"


AREA_NAMES: Mapping[NeedArea, str] = MappingProxyType(
    {
        NeedArea.HEALTH: translatable("Mental and physical health"),
        NeedArea.SHELTER: translatable("Shelter and accommodation"),
        NeedArea.FAMILY: translatable("Family, friends and children"),
        NeedArea.EDUCATION: translatable("Education, skills and employment"),
        NeedArea.DRUGS: translatable("Drugs and alcohol"),
        NeedArea.FINANCE: translatable("Finance and benefits"),
        NeedArea.OUTLOOK: translatable("Outlook and attitudes"),
        NeedArea.SOCIAL: translatable("Social interactions"),
    }
)
