"""Whether what seals terms, dossiers and the heads of timelines opens, and how long it is valid."""

from datetime import timedelta

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.health import Finding, HealthCheck, failure, warning, well
from apps.seals import certificates, trust

SOON = timedelta(days=45)
"""Before its end, a certificate is renewed: an authority takes weeks."""


def seal() -> Finding:
    if not certificates.can_seal():
        return warning(
            _("Não há certificado: termos, dossiês e linhas do tempo esperam pelo selo."),
            _("Defina TERM_SEAL_FILE ou TERM_SEAL_PKCS11_MODULE (docs/term.md)."),
        )
    try:
        certificate = certificates.signer().signing_cert
        trust.configured()
    except (certificates.NoCertificate, trust.CannotJudge):
        certificate = None
    if certificate is None:
        return failure(
            _("O certificado do selo não abre."),
            _("Confira TERM_SEAL_FILE e TERM_SEAL_PASSPHRASE, ou o token (docs/term.md)."),
        )
    begins, ends = certificate.not_valid_before, certificate.not_valid_after
    renew = _("Peça outro à autoridade certificadora e troque-o antes do fim (docs/term.md).")
    values = {"day": date_format(clock.day_of(ends), "SHORT_DATE_FORMAT")}
    if not begins <= clock.now() <= ends:
        return failure(_("O certificado do selo está fora da validade, que termina em %(day)s.") % values, renew)
    if ends - clock.now() < SOON:
        return warning(_("O certificado do selo vale só até %(day)s.") % values, renew)
    if certificates.is_demonstration() and not settings.DEBUG:
        return warning(_("O selo é de demonstração, sem valor legal."), _("Defina TERM_SEAL_FILE (docs/term.md)."))
    return well(_("O certificado do selo vale até %(day)s.") % values)


CHECKS = [HealthCheck("seal", gettext_lazy("Certificado do selo"), seal)]
