"""A fault in the interface: the terminal gets nothing of what was on the screen."""

import pytest

from tests.fakes.app import make_app
from tests.fakes.app import settle as quiet

MAIL = "words of a letter"


async def _fail() -> None:
    letter = MAIL * 2
    raise ValueError(letter)


@pytest.mark.parametrize("is_behind", [False, True], ids=["in a handler", "in a worker"])
async def test_a_fault_ends_the_app_and_prints_nothing_of_the_mail(
    is_behind: bool, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    app, _ = make_app()

    with pytest.raises(Exception, match=MAIL):  # noqa: PT012 (the pilot raises what ended the app)
        async with app.run_test(size=(120, 40)) as pilot:
            await quiet(pilot)
            if is_behind:
                app.run_worker(_fail(), exit_on_error=True)
            else:
                app.call_later(_fail)
            await quiet(pilot)

    printed = capfd.readouterr()
    assert MAIL not in printed.out + printed.err
    assert MAIL not in caplog.text
    assert app.fault.startswith("ValueError at test_crash.py:")
    assert app.return_code == 1
