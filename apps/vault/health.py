"""Whether the keys in use open what this database was closed with."""

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.health import Finding, HealthCheck, failure, well
from apps.vault import key_check


def keys() -> Finding:
    advice = _("Dê a todos os processos as chaves guardadas para este banco de dados (docs/vault.md).")
    try:
        problem = key_check.problem()
    except ImproperlyConfigured:
        return failure(_("VAULT_KEYSET ou VAULT_KMS_URI não pode ser lido."), advice)
    if problem == key_check.OTHER_KEYS:
        return failure(_("As chaves de VAULT_KEYSET não são as deste banco de dados."), advice)
    if problem:
        return failure(_("VAULT_KEYSET não abre, ou o KMS que o fecha não responde."), advice)
    return well(_("As chaves do cofre abrem o que está guardado."))


CHECKS = [HealthCheck("keys", gettext_lazy("Chaves do cofre"), keys, vital=True)]
