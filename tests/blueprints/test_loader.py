"""The data files: complete, valid, loaded once, never changed behind a rollout's back."""

import re

import pytest
from django.core.management import CommandError, call_command

from apps.blueprints.catalogues import content, toml
from apps.blueprints.loading import loader
from apps.blueprints.models import Blueprint, Platform
from apps.core import canonical
from tests.blueprints.factories import ScriptVersionFactory, a_case, a_script
from tests.companies.factories import UserFactory

pytestmark = pytest.mark.django_db

TRAINING = """
version = {version}
allowance_minutes = 240
[[topics]]
key = "a"
minutes = 240
title = {{ pt = "{title}", en = "Title" }}
"""


ITEM = """
[[items]]
key = "a"
owner = "{owner}"
mandatory = true
title = {{ pt = "x", en = "x" }}
help = {{ pt = "x", en = "x" }}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "training.toml").write_text(TRAINING.format(version=1, title="Título"))
    return tmp_path


def test_loading_twice_changes_nothing():
    assert loader.load()
    before = list(Blueprint.objects.values_list("pk", "checksum"))
    assert loader.load() == []
    assert list(Blueprint.objects.values_list("pk", "checksum")) == before
    assert Platform.objects.count() == 13


def test_a_changed_file_of_the_same_version_is_refused(folder):
    loader.load(folder)
    (folder / "training.toml").write_text(TRAINING.format(version=1, title="Outro"))
    with pytest.raises(loader.BadBlueprint, match=r"training\.toml.*version"):
        loader.load(folder)


def test_a_higher_version_becomes_current_and_the_old_one_stays(folder):
    loader.load(folder)
    (folder / "training.toml").write_text(TRAINING.format(version=2, title="Outro"))
    loader.load(folder)
    assert content.training().topics[0].title["pt"] == "Outro"
    assert content.training(version=1).topics[0].title["pt"] == "Título"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("training.toml", 'version = 1\nallowance_minutes = 240\ntopics = []\nsurprise = "x"'),
        ("training.toml", 'version = 1\nallowance_minutes = 1\n[[topics]]\nkey="a"\nminutes=1\ntitle={pt="x"}'),
        ("training.toml", "version = "),
        ("unknown.toml", "version = 1"),
        ("golive.toml", "version = 1\n" + ITEM.format(owner="client") * 2),
        ("golive.toml", "version = 1\n" + ITEM.format(owner="nobody")),
        ("plan.toml", 'version = 1\nstages = [{ stage = "kick_off", workdays = 10 }]'),
        ("plan.toml", 'version = 1\nstages = [{ stage = "completed", workdays = 10 }]'),
    ],
    ids=["unknown key", "no English", "syntax", "unknown kind", "twice", "unknown owner", "unknown stage", "closed"],
)  # fmt: skip
def test_a_bad_file_is_refused_by_name(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(loader.BadBlueprint, match=name):
        loader.load(tmp_path)


PREREQUISITE = """
version = 1
[[items]]
key = "a"
owner = "client"
gate = "{gate}"
kind = "document"
title = {{ pt = "x", en = "x" }}
help = {{ pt = "x", en = "x" }}
"""


@pytest.mark.parametrize("gate", content.STAGE_GATES)
def test_a_prerequisite_is_asked_for_at_a_gate_that_opens_a_stage(tmp_path, gate):
    (tmp_path / "prerequisites.toml").write_text(PREREQUISITE.format(gate=gate))
    [loaded] = loader.load(tmp_path)
    assert loaded.content["items"][0]["gate"] == gate


@pytest.mark.parametrize("gate", ["complete", "return_to_development", "start_dancing", ""])
def test_a_prerequisite_of_no_such_gate_is_refused(tmp_path, gate):
    (tmp_path / "prerequisites.toml").write_text(PREREQUISITE.format(gate=gate))
    with pytest.raises(loader.BadBlueprint, match=r"items\.0\.gate"):
        loader.load(tmp_path)


class TestAnEditedScript:
    """A file that comes after Presence edited the script takes nobody's work away."""

    @pytest.fixture
    def scripts(self, tmp_path):
        def write(version, content):
            (tmp_path / "script.toml").write_text(toml.write(content, version))
            return tmp_path

        return write

    @pytest.fixture
    def edited(self, scripts):
        loader.load(scripts(1, a_script()))
        return ScriptVersionFactory(
            version=2, content=a_script(a_case("PED-01")), checksum=canonical.sha256(a_script(a_case("PED-01"))),
            origin="edited", note="Menos casos", published_by=UserFactory(),
        )  # fmt: skip

    def test_a_newer_file_waits_apart_and_the_edition_stays_in_force(self, edited, scripts):
        loaded = loader.load(scripts(2, a_script(a_case("PRO-09"))))
        assert [row.key for row in loaded] == [Blueprint.SHIPPED]
        assert Blueprint.objects.current("script") == edited
        assert loader.load(scripts(2, a_script(a_case("PRO-09")))) == []

    def test_a_changed_file_of_the_same_version_is_refused_there_too(self, edited, scripts):
        loader.load(scripts(2, a_script(a_case("PRO-09"))))
        with pytest.raises(loader.BadBlueprint, match="version"):
            loader.load(scripts(2, a_script(a_case("PRO-08"))))

    def test_an_edition_brought_back_into_the_file_is_not_loaded_again(self, edited, scripts):
        assert loader.load(scripts(2, edited.content)) == []

    def test_an_older_file_that_was_loaded_is_left_as_it_is(self, edited, scripts):
        assert loader.load(scripts(1, a_script())) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (a_script(a_case("PED-01"), a_case("PED-01")), "PED-01"),
        (a_script(a_case("PED-01", depends=["PED-09"])), "PED-09"),
        (a_script(a_case("PED-01", depends=["PED-02"]), a_case("PED-02", depends=["PED-01"])), "PED-01 → PED-02"),
        (a_script(a_case("PED-01", obligation="conditional", condition_key="lua")), "PED-01"),
        (a_script(a_case("PED-01"), retired=["PED-01"]), "PED-01"),
        (a_script(a_case("PED-01", title={"pt": "x"})), "title.en"),
        (a_script(conditions=[{"key": "kit", "title": {"pt": "x", "en": "x"}, "when": {"moon": ["full"]}}]), "moon"),
    ],
    ids=["code twice", "unknown dependence", "circle", "unknown condition", "retired code", "no English", "unknown rule"],
)  # fmt: skip
def test_a_script_that_does_not_hold_together_is_refused(tmp_path, content, said):
    (tmp_path / "script.toml").write_text(toml.write(content, 1))
    with pytest.raises(loader.BadBlueprint, match=rf"script\.toml.*{said}"):
        loader.load(tmp_path)


def test_the_command_reports_a_bad_file(monkeypatch, tmp_path):
    (tmp_path / "unknown.toml").write_text("version = 1")
    files = loader.read_files
    monkeypatch.setattr(loader, "read_files", lambda folder=None: files(tmp_path))
    with pytest.raises(CommandError, match=r"unknown\.toml"):
        call_command("load_blueprints", "--check")


class TestTheData:
    @pytest.fixture(autouse=True)
    def loaded(self, db):
        loader.load()

    def test_every_platform_gives_the_whole_list_with_its_own_secrets(self):
        for platform in Platform.objects.all():
            items = {item.key: item for item in content.prerequisites_for(platform.slug)}
            assert len(items) == 11
            for key in ("homologation_credentials", "production_credentials"):
                assert any(field.secret for field in items[key].fields), platform.slug
                assert items[key].where

    def test_the_presence_api_access_has_its_own_fields_on_every_platform(self):
        access = next(item for item in content.prerequisites_for("shopify") if item.key == "presence_api")
        assert [field.name for field in access.fields if field.secret] == ["password"]

    def test_the_script_has_every_case_once(self):
        script = content.script()
        codes = [case.code for case in script.cases]
        sizes = {"PRE": 5, "PRO": 15, "PRC": 6, "EST": 10, "CLI": 7, "PED": 27, "FAT": 13, "EXP": 7, "DEV": 8, "FAL": 9}
        assert codes == [f"{process}-{number:02d}" for process, size in sizes.items() for number in range(1, size + 1)]
        for case in script.cases:
            assert len(case.steps) >= 2
            assert (case.obligation == "conditional") == bool(case.condition_key)
            assert bool(case.condition_key) == bool(script.condition(case.condition_key))

    def test_the_script_never_asks_for_a_case_that_comes_later(self):
        seen = set()
        for case in content.script().cases:
            assert set(case.depends) <= seen, case.code
            seen.add(case.code)

    def test_rules_name_integration_models_of_the_kickoff(self):
        models = {model.key for model in content.kickoff().models}
        rules = [condition.when for condition in content.script().conditions if condition.when]
        assert rules
        assert {model for when in rules for model in when.integration_model} <= models

    def test_marketplaces_and_hubs_are_known_as_such(self):
        kinds = {platform.slug: content.platform(platform.slug).kind for platform in Platform.objects.all()}
        assert {slug for slug, kind in kinds.items() if kind == "hub"} == {"anymarket", "bling"}
        assert {slug for slug, kind in kinds.items() if kind == "marketplace"} == {"mercado-livre"}

    def test_the_training_fills_its_four_hours(self):
        training = content.training()
        assert sum(topic.minutes for topic in training.topics) == training.allowance_minutes == 240

    def test_the_hours_are_the_owners(self):
        policy = content.hours_policy()
        assert (policy.training_allowance, policy.homologation_allowance) == (240, 360)

    def test_the_clauses_name_only_the_parties_and_presences_city(self):
        for clause in content.term_clauses().clauses:
            for text in clause.text.values():
                known = {"client", "platform", "integrator", "presence", "presence_city"}
                assert set(re.findall(r"{(\w+)}", text)) <= known
