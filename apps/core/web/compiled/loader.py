"""The loader of templates: each is read once in a process, and printed by a function from then on."""

from django.template import Origin, Template
from django.template.loaders import cached

from apps.core.web.compiled.tags import function_of
from apps.core.web.node_lists import CompiledNodeList, compiled

CompiledNodeList.function_of = staticmethod(function_of)


class Loader(cached.Loader):
    """Django's cached loader, whose templates are compiled."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        template.nodelist = compiled(template.nodelist)
        return template
