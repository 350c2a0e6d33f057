"""`contactbot answers interpret` reads a file of replies row by row."""

from pathlib import Path

from click.testing import CliRunner, Result

from contactbot.cli.answers import answers


def interpret(tmp_path: Path, content: str) -> Result:
    file = tmp_path / "replies.csv"
    file.write_text(content, "utf-8")
    env = {"CONTACTBOT_DATA_DIR": str(tmp_path)}
    return CliRunner(env=env).invoke(answers, ["interpret", str(file)])


def test_replies_come_out_in_their_order_without_other_columns(tmp_path: Path) -> None:
    rows = (
        "note,question_type,lang,utterance,meaning\n"
        'x,yn_ydw,cy,"nac ydw, diolch",yes\n'
        "y,sms_free,,he’s outside my house,unclear\n"
        "z,count,en,,num:3\n"
    )
    assert interpret(tmp_path, "\ufeff" + rows).stdout == (
        "utterance,lang,question_type,meaning,confidence,rule\n"
        '"nac ydw, diolch",cy,yn_ydw,no,0.95,first_word\n'
        "he’s outside my house,,sms_free,emergency,0.95,risk_words\n"
        ",en,count,unclear,0.00,none\n"
    )


def test_a_kind_of_question_that_does_not_exist_is_named_by_its_line(tmp_path: Path) -> None:
    result = interpret(tmp_path, "utterance,lang,question_type\nydw,cy,yn_ydw\nydw,cy,yn_what\n")
    assert result.exit_code == 1
    assert "line 3: question_type must be one of any, consent" in result.output


def test_a_file_without_the_columns_says_which(tmp_path: Path) -> None:
    result = interpret(tmp_path, "utterance,language\nydw,cy\n")
    assert result.exit_code == 1
    assert "has no column lang, question_type" in result.output
