"""The mail that comes by itself, week after week: builds, letters, notices, tickets. Made as letters, without chance.

Each kind has its list of occasions, so that no two of its mails tell the same story.
"""

_ESSAYS = (
    (
        "on umbrellas",
        "An umbrella is a promise that one will come home. I counted nine in our hall, and three of them are "
        "not ours. If you miss a green one with a duck's head, it is well and has seen a good deal of the town.",
    ),
    (
        "on the second cup",
        "The first cup is for waking up. The second is for finding out who did. I drink it standing at the "
        "window, and in eleven years the street has not repeated itself once.",
    ),
    (
        "on mending",
        "My grandmother mended stockings with a thread of another colour, on purpose. 'So that one sees that "
        "somebody was here,' she said. I thought of her when the plumber signed the new pipe with a pencil.",
    ),
    (
        "on queues",
        "There is a baker here who could serve faster, and does not. The queue reaches the corner, it has its own "
        "weather, and two marriages have come of it.",
    ),
    (
        "on lost gloves",
        "Every autumn somebody puts the lost gloves on the fence posts by the school, fingers up. By November "
        "the whole lane is waving. I have never seen who does it, and I have stopped trying.",
    ),
    (
        "on maps without roads",
        "A reader sent us a map of her town as her dog knows it: two butchers, one enemy, a river. "
        "It is complete. I have been trying to draw mine ever since, and I find I live in nine places.",
    ),
    (
        "on leaving early",
        "The finest part of a party is the walk home, and there is more of it if one leaves at ten. The "
        "music follows you to the bridge and stops there, as if it had not been given permission to cross.",
    ),
    (
        "on handwriting",
        "I wrote a cheque this week, the first in years, and my own name looked back at me like a cousin. We "
        "have agreed to see each other more often.",
    ),
)
_FILMS = (
    ("The Clockmaker's Holiday", "a comedy in which nobody hurries"),
    ("Winter Harbour", "forty years old and shot here; you will know the cat's great-grandmother"),
    ("A Bicycle for Two Sisters", "a film for one handkerchief and two people"),
    ("The Cartographer", "three hours long and has one river in it, and nobody has ever left early"),
    ("Seven Kinds of Snow", "a documentary, and warmer in the hall than on the screen"),
    ("Letters to the Lock-keeper", "black and white, and very blue all the same"),
)
_BUILDS = (
    ("axis-midnight", "passed", "412 tests in 38 s"),
    ("axis-midnight", "failed", "1 of 412 tests: test_day_of_25_hours_has_25_ticks"),
    ("axis-midnight", "passed", "412 tests in 37 s, the clocks went back in time"),
    ("export-csv", "failed", "ruff: 2 findings in export/header.py"),
    ("export-csv", "passed", "409 tests in 36 s"),
    ("main", "passed", "407 tests in 36 s, deployed to the pilot house"),
    ("print-margins", "passed", "405 tests in 35 s"),
    ("main", "passed", "405 tests in 35 s, deployed to the pilot house"),
    ("station-index", "passed", "403 tests in 21 s; it was 35 s before this branch"),
    ("gauge-retry", "failed", "the sluice gauge did not answer within 60 s"),
    ("gauge-retry", "failed", "the sluice gauge answered in feet"),
    ("gauge-retry", "passed", "401 tests in 35 s"),
    ("paper-rolls", "passed", "398 tests in 34 s, 14 years of readings imported"),
    ("paper-rolls", "failed", "roll 1962-02 has a coffee stain where February should be"),
    ("login-zone", "passed", "396 tests in 34 s"),
    ("main", "failed", "disk full on builder-2: 31 GB of charts in /tmp"),
    ("main", "passed", "396 tests in 34 s, after a little tidying"),
    ("night-shade", "passed", "394 tests in 33 s"),
    ("night-shade", "failed", "contrast 2.9:1 on the grey of the night hours, 4.5:1 wanted"),
    ("release-2.3.1", "passed", "390 tests in 33 s, packages signed"),
    ("release-2.3", "passed", "389 tests in 33 s, packages signed"),
    ("deps-spring", "failed", "the new time zone data knows a country that we do not"),
)
_LOANS = (
    ("A Field Guide to Harbour Walls", "three weeks"),
    ("The Cheesemonger's Daughter", "two weeks"),
    ("Knots, Splices and Fancy Work", "three weeks"),
    ("Perl for People Who Inherited It", "one more week, and our sympathy"),
    ("The Summer Book of Small Engines", "three weeks"),
)
_TRIPS = (
    ("Northport", "10:41", "coach 2, seat 17, by the window"),
    ("Saltmarsh Junction", "09:12", "coach 1, seat 40, at the table"),
    ("Northport", "12:41", "coach 3, seat 8, in the quiet part"),
    ("Lightwater", "15:26", "no reservation, sit where the sun is"),
)
_NOTICES = (
    (
        "Seed potatoes have come",
        "They are in the shed, in the crates with the blue labels. Please weigh before you take, and "
        "write the number into the book, not onto the wall.",
    ),
    (
        "Found: one wellington boot, left, size 38",
        "It stood in the middle of the main path, quite alone and full of rain. "
        "Its owner may collect it, and is asked to tell the story.",
    ),
    (
        "Open garden on Sunday",
        "Visitors from two to five. Plots 3, 8 and 14 show their dahlias; plot 9 shows its compost, by "
        "popular demand. Cake stalls by the gate, please bring a plate.",
    ),
    (
        "Path duty in the coming month",
        "Plots 1 to 6 rake the east path, 7 to 12 the west path, and 13 to 18 complain about "
        "the result, as every year.",
    ),
    (
        "The swift boxes",
        "All four were used this summer. Fourteen young birds have left for Africa, without paying their "
        "share of the water.",
    ),
    (
        "Key to the tool shed",
        "It hangs behind the rain gauge again. Whoever took it home for safety: thank you, it was safe.",
    ),
)
_COMMITS = (
    ("docs: say what chart datum is", "one paragraph, one drawing, no formulas"),
    ("moon: turn it over south of the equator", "reported by a reader in Dunedin, with a photograph"),
    ("import: read rolls that run backwards", "somebody threaded the paper the wrong way round in 1967"),
    ("gauge: keep the first reading in the log", "wanted by Ilse, and she is right"),
    ("stations: accept names", "'old pier' is easier to remember than 0471-B"),
    ("build: one program fewer", "tw-convert is now an import command"),
    ("tests: borrow the harbour master's own figures", "he has them in a notebook, from 1988 on"),
    ("chart: shade the night", "in the station's own time, not in the reader's"),
    ("alarm: do not ring twice for one flood", "once is enough, said everybody"),
    ("tide: use the newer constants for the sluice", "they built a wall there in 2019"),
)
_STATEMENTS = ("2,198.02", "2,310.44", "1,987.60")


def routine_letters() -> list[str]:
    """Files of letters, in the form that ``demo.mailbox`` reads."""
    kinds = (_essays(), _films(), _builds(), _loans(), _trips(), _notices(), _commits(), _bank())
    return ["\n%%\n".join(letters) for letters in kinds]


def _letter(head: str, text: str) -> str:
    return f"{head.strip()}\n\n{text.strip()}\n"


def _essays() -> list[str]:
    letters = []
    for week, (title, essay) in enumerate(_ESSAYS, start=1):
        number = 212 - week
        head = (
            f"from: almanac\nsubject: The Slow Almanac, no. {number}: {title}\nwhen: {7 * week}d 08:00\n"
            f"folder: {'INBOX' if week <= 2 else 'Archive'}\nflags: seen\n"  # noqa: PLR2004 (two weeks stay in sight)
            "List-Id: The Slow Almanac <letters.slow-almanac.example>\n"
            f"List-Unsubscribe: <https://slow-almanac.example/leave?r={number}>"
        )
        body = (
            f"{essay}\n\nUntil next week,\nEdda and the almanac\n%html\n"
            '<html><body style="background:#f4f1ea"><table role="presentation" width="600"><tr><td>'
            f"<h1>{title.capitalize()}</h1><p>Dear reader,</p>\n<p>{essay}</p>\n"
            "<p>Until next week,<br>Edda and the almanac</p><hr>"
            f'<p><a href="https://slow-almanac.example/leave?r={number}">Stop the letters</a></p>'
            "</td></tr></table></body></html>"
        )
        letters.append(_letter(head, body))
    return letters


def _films() -> list[str]:
    return [
        _letter(
            f"from: cinema\nsubject: Film of the week: {film}\nwhen: {7 * week + 1}d 11:00\nfolder: Archive\n"
            "flags: seen\n"
            "List-Id: Programme <programme.harbour-cinema.example>",
            f"Thursday at eight: {film}. Why? Because it is {why}.\n\n"
            "The bar opens at seven. The cat has the seat in row C.\n\nHarbour Cinema",
        )
        for week, (film, why) in enumerate(_FILMS, start=1)
    ]


def _builds() -> list[str]:
    letters = []
    for number, (branch, outcome, detail) in enumerate(_BUILDS):
        day, hour, minute = number * 2 + 1, 9 + number * 5 % 9, number * 17 % 60
        head = (
            f"from: forge\nsubject: [northpier/tideboard] {branch}: build {1204 - number} {outcome}\n"
            f"when: {day}d {hour:02}:{minute:02}\nfolder: {'INBOX' if number == 0 else 'North Pier'}\nflags: seen\n"
            "Auto-Submitted: auto-generated"
        )
        mark = "passed" if outcome == "passed" else "FAILED"
        body = f"{branch}  build {1204 - number}  {mark}\n\n{detail}\n\nhttps://forge.example/northpier/{1204 - number}"
        letters.append(_letter(head, body))
    return letters


def _loans() -> list[str]:
    return [
        _letter(
            f"from: library\nsubject: Renewed: {title}\nwhen: {9 + 11 * number}d 06:30\nfolder: Archive\nflags: seen",
            f'Dear reader,\n\n"{title}" is yours for {time}. There is nothing to pay.\n\nCity Library, harbour branch',
        )
        for number, (title, time) in enumerate(_LOANS)
    ]


def _trips() -> list[str]:
    return [
        _letter(
            f"from: rail\nsubject: Your ticket to {place}\nwhen: {20 + 14 * number}d 17:05\nfolder: Receipts\n"
            "flags: seen\nattach: ticket.pdf",
            f"Thank you for travelling with Coast Line.\n\nHarbour 08:04, {place} {arrival}; {seat}.\n\n"
            "Your ticket is attached.",
        )
        for number, (place, arrival, seat) in enumerate(_TRIPS)
    ]


def _notices() -> list[str]:
    return [
        _letter(
            f"from: allotment\nsubject: {title}\nwhen: {10 + 8 * number}d 16:{15 + 7 * number}\nfolder: Allotment\n"
            f"flags: {'seen' if number else ''}\nList-Id: Allotment Society <members.allotments.example.org>",
            f"Dear members,\n\n{text}\n\nThe committee",
        )
        for number, (title, text) in enumerate(_NOTICES)
    ]


def _commits() -> list[str]:
    return [
        _letter(
            f"from: {('ilse', 'wanda', 'oskar')[number % 3]}\nto: list\nsubject: [tidewatch] {title}\n"
            f"when: {3 + 4 * number}d {18 + number % 5}:{11 + 4 * number}\nfolder: Tidewatch\n"
            f"flags: {'seen' if number > 1 else ''}\nList-Id: <tidewatch-devel.lists.example.org>",
            f"Applied to main:\n\n    {title}\n\n    {why[0].upper()}{why[1:]}.\n\n"
            f" {2 + number % 4} files changed, {9 + 6 * number} insertions(+), {3 + 2 * number} deletions(-)",
        )
        for number, (title, why) in enumerate(_COMMITS)
    ]


def _bank() -> list[str]:
    return [
        _letter(
            f"from: bank\nsubject: Your statement is ready (closing balance inside)\nwhen: {40 + 30 * month}d 05:12\n"
            "folder: Receipts\nflags: seen\nattach: statement.pdf",
            f"Dear Robin Vale,\n\nyour statement is attached. The closing balance is {balance}.\n\nHarbour Mutual",
        )
        for month, balance in enumerate(_STATEMENTS)
    ]
