"""The English catalogue knows every message of the source."""

from presence_rollout.ops import messages


def test_a_message_within_an_f_string_is_pointed_out(monkeypatch, tmp_path):
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "views.py").write_text("name = f\"{term}-{_('unsigned')}\"\nother = f\"{_name('x')}\"\n")
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    assert list(messages.out_of_sight()) == ["apps/views.py:1"]
