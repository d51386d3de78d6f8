"""The loader refuses a probe that could send a credential where nobody meant it to go."""

import pytest

from apps.blueprints.catalogues import content
from apps.blueprints.catalogues.credentials import CredentialField, Hosts, Probe, ProbeStep
from apps.blueprints.loading import loader, places

SHOP = Hosts(homologation=["*.lojas.com.br"], production=["*.lojas.com.br"])


def problems(step, fields, hosts=None):
    text = {"pt": "x", "en": "x"}
    known = [CredentialField(label=text, **field) for field in fields]
    platform = content.PlatformBlueprint(
        version=1, slug="x", name="X", website="", position=1, test_environment=text, where={}, fields=known,
        probe=Probe(steps=[ProbeStep(**step)]), hosts=hosts or Hosts(),
    )  # fmt: skip
    return places.problems(platform)


@pytest.mark.parametrize("file", list(loader.read_files()), ids=lambda file: file.path.name)
def test_every_shipped_file_is_right(file):
    assert places.problems(content.parse(file.kind, {**file.content, "version": file.version})) == []


@pytest.mark.parametrize(
    ("step", "fields", "hosts"),
    [
        ({"url": "{site}/api"}, [{"name": "site", "address": "url"}], None),
        ({"url": "https://{shop}/api"}, [{"name": "shop", "address": "host"}], SHOP),
        ({"url": "https://{account}.lojas.com.br/api"}, [{"name": "account"}], SHOP),
        ({"url": "https://api.lojas.com.br/{id}"}, [{"name": "id"}], SHOP),
    ],
)
def test_a_place_that_is_delivered_or_the_platforms_own_is_fine(step, fields, hosts):
    assert problems(step, fields, hosts) == []


@pytest.mark.parametrize(
    ("step", "fields", "hosts", "says"),
    [
        ({"url": "{site}/api"}, [{"name": "site"}], None, 'must say address = "url"'),
        ({"url": "https://{shop}/api"}, [{"name": "shop", "address": "url"}], SHOP, 'must say address = "host"'),
        ({"url": "{token}/api"}, [{"name": "token", "secret": True}], None, "no secret"),
        ({"url": "https://{nobody}/api"}, [], SHOP, "only fields that are delivered"),
        ({"url": "http://api.lojas.com.br/"}, [], SHOP, "only https"),
        ({"url": "https://api.outras.com.br/"}, [], SHOP, "no pattern"),
        ({"url": "https://api.lojas.com.br/"}, [], None, "no pattern"),
        ({"url": "https://{account}.lojas.com.br.mal.com/"}, [{"name": "account"}], SHOP, "no pattern"),
        ({"url": "https://{account}mal.com/"}, [{"name": "account"}], SHOP, "no pattern"),
        ({"url": "https://{account}@mal.com/"}, [{"name": "account"}], SHOP, "no pattern"),
        ({"url": "{site}/", "headers": {"X": "{user}"}},
         [{"name": "site", "address": "url"}, {"name": "user", "binds": False}], None, "user: the probe sends it"),
        ({"url": "{site}/", "keep": {"site": "next"}}, [{"name": "site", "address": "url"}], None, "keep: site"),
    ],
)  # fmt: skip
def test_anything_else_is_told_with_the_file(step, fields, hosts, says):
    assert says in " ".join(problems(step, fields, hosts))


@pytest.mark.parametrize(
    "pattern", ["*.com", "*", "*.*.com", "x*.lojas.com.br", "*.LOJAS.com.br", "https://a.b.c", "a.b.c."]
)
def test_a_pattern_that_is_too_wide_or_no_host_is_refused(pattern):
    hosts = Hosts(homologation=[pattern], production=["*.lojas.com.br"])
    assert f"hosts: {pattern} is no pattern" in " ".join(problems({"url": "https://a.lojas.com.br/"}, [], hosts))


def test_a_bad_file_is_refused_by_name(tmp_path):
    source = (loader.DATA / "platforms" / "shopify.toml").read_text()
    folder = tmp_path / "platforms"
    folder.mkdir()
    (folder / "shopify.toml").write_text(source.replace("https://{shop}/", "https://{shop}.mal.com/"))
    with pytest.raises(loader.BadBlueprint, match=r"shopify\.toml: .*no pattern"):
        list(loader.read_files(tmp_path))
