"""Which texts of which content records exist in English and in Spanish (modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from . import models


@register(models.CrisisLine)
class CrisisLineTranslation(TranslationOptions):
    fields = ("name", "when_to_use")


@register([models.LevelOfCare])
class LevelOfCareTranslation(TranslationOptions):
    fields = ("name", "summary")


@register(models.Condition)
class ConditionTranslation(TranslationOptions):
    fields = ("name", "summary", "text", "how_it_helps", "who_for")


@register(models.Program)
class ProgramTranslation(TranslationOptions):
    fields = (
        "name",
        "abbreviation",
        "summary",
        "overview",
        "goal",
        "entry_intro",
        "local_heading",
        "local_text",
        "components_intro",
        "suitability_intro",
        "duration_intro",
        "conditions_intro",
        "next_step",
        "typical_length",
    )


@register([models.EntryPath, models.DurationFactor, models.OtherLevelSign])
class PartTranslation(TranslationOptions):
    fields = ("title", "text")


@register(models.Component)
class ComponentTranslation(TranslationOptions):
    fields = ("title", "text", "what_happens", "how_it_helps", "who_for")


@register(models.SuitabilityCriterion)
class SuitabilityCriterionTranslation(TranslationOptions):
    fields = ("title", "text", "guide_question", "reply_yes", "reply_no", "reply_unsure")


@register(models.AdmissionStep)
class AdmissionStepTranslation(TranslationOptions):
    fields = ("title", "text")


@register(models.Question)
class QuestionTranslation(TranslationOptions):
    fields = ("question", "answer")


@register(models.Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "description", "heading", "lead", "body")


@register(models.PageSection)
class PageSectionTranslation(TranslationOptions):
    fields = ("title", "text")
