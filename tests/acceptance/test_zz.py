import pytest, time
from tests.acceptance.factories import *
from apps.stages.acceptance import verification
@pytest.mark.django_db
def test_it(settings, tmp_path):
    settings.TERM_SEAL_DEMO = tmp_path/"s.p12"
    t=time.time()
    term = a_sealed_term()
    print("whole", time.time()-t)
    c = content_of(term.sealed); open('/tmp/term/sealed.pdf','wb').write(c)
    t=time.time(); f = verification.examine(c); print("examine", time.time()-t)
    print(f.problems, f.sealed_by, f.sealed_at, f.term.get("signatories"), f.log)
    from asn1crypto import cms
