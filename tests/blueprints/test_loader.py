"""The data files: complete, valid, loaded once, never changed behind a rollout's back."""

import re

import pytest
from django.core.management import CommandError, call_command

from apps.blueprints import content, loader
from apps.blueprints.models import Blueprint, Platform

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
    ],
    ids=["unknown key", "no English", "syntax", "unknown kind", "twice", "unknown owner"],
)  # fmt: skip
def test_a_bad_file_is_refused_by_name(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(loader.BadBlueprint, match=name):
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
            assert len(items) == 10
            for key in ("homologation_credentials", "production_credentials"):
                assert any(field.secret for field in items[key].fields), platform.slug
                assert items[key].where

    def test_the_presence_api_access_has_its_own_fields_on_every_platform(self):
        access = next(item for item in content.prerequisites_for("shopify") if item.key == "presence_api")
        assert [field.name for field in access.fields if field.secret] == ["password"]

    def test_the_script_has_every_case_once(self):
        script = content.script()
        codes = [case.code for case in script.cases]
        sizes = {"PRE": 5, "PRO": 14, "PRC": 6, "EST": 10, "CLI": 6, "PED": 21, "FAT": 6, "EXP": 5, "DEV": 4, "FAL": 7}
        assert codes == [f"{process}-{number:02d}" for process, size in sizes.items() for number in range(1, size + 1)]
        for case in script.cases:
            assert len(case.steps) >= 2
            assert (case.obligation == "conditional") == bool(case.condition_key) == bool(case.condition)

    def test_the_training_fills_its_four_hours(self):
        training = content.training()
        assert sum(topic.minutes for topic in training.topics) == training.allowance_minutes == 240

    def test_the_hours_are_the_owners(self):
        policy = content.hours_policy()
        assert (policy.training_allowance, policy.homologation_allowance) == (240, 360)

    def test_the_clauses_name_only_the_four_parties(self):
        for clause in content.term_clauses().clauses:
            for text in clause.text.values():
                assert set(re.findall(r"{(\w+)}", text)) <= {"client", "platform", "integrator", "presence"}
