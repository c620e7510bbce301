"""The made-up people of the demo, all on reserved domains (RFC 2606)."""

from msgspec import Struct


class Contact(Struct, frozen=True, kw_only=True):
    """Somebody, or something that sends mail."""

    key: str
    name: str
    address: str


ROBIN = Contact(key="me", name="Robin Vale", address="robin@example.org")
"""The demo's user."""

_PEOPLE = (
    Contact(key="mara", name="Mara Lindqvist", address="mara@lindqvist.example"),
    Contact(key="iris", name="Iris Vale", address="iris.vale@example.net"),
    Contact(key="dad", name="Peter Vale", address="peter.vale@example.net"),
    Contact(key="tom", name="Tom Okafor", address="tom.okafor@northpier.example"),
    Contact(key="priya", name="Priya Raman", address="priya@northpier.example"),
    Contact(key="ben", name="Ben Castellano", address="ben@northpier.example"),
    Contact(key="jonas", name="Jonas Weber", address="jonas.weber@werkstatt.example"),
    Contact(key="claire", name="Claire Dubois", address="claire@atelier-dubois.example"),
    Contact(key="yuki", name="田中 由紀", address="yuki.tanaka@studio.test"),
    Contact(key="lin", name="林晓", address="lin.xiao@example.net"),
    Contact(key="samira", name="سميرة حداد", address="samira@haddad.example"),
    Contact(key="noa", name="נועה ברק", address="noa@barak.example"),
    Contact(key="ilse", name="Ilse de Boer", address="ilse@tidewatch.example"),
    Contact(key="post", name="Demo Mail", address="welcome@demo.example"),
    Contact(key="rafael", name="Rafael Stein", address="rafael@stein.example"),
    Contact(key="oskar", name="Oskar Nyberg", address="oskar@nyberg.example"),
    Contact(key="wanda", name="Wanda Kowalczyk", address="wanda@tidewatch.example"),
    Contact(key="list", name="tidewatch-devel", address="tidewatch-devel@lists.example.org"),
    Contact(key="allotment", name="Allotment Society", address="members@allotments.example.org"),
    Contact(key="all", name="North Pier", address="all@northpier.example"),
    Contact(key="almanac", name="The Slow Almanac", address="letters@slow-almanac.example"),
    Contact(key="cinema", name="Harbour Cinema", address="programme@harbour-cinema.example"),
    Contact(key="tea", name="Kettle & Crane", address="orders@kettle-and-crane.example"),
    Contact(key="rail", name="Coast Line Railways", address="tickets@coastline.example"),
    Contact(key="library", name="City Library", address="notices@library.example.org"),
    Contact(key="forge", name="Forge", address="builds@forge.example"),
    Contact(key="bank", name="Harbour Mutual", address="statements@harbour-mutual.example"),
    Contact(key="power", name="Tidal Power", address="service@tidalpower.example"),
    Contact(key="museum", name="Museum of Small Boats", address="friends@small-boats.example.org"),
    Contact(key="daemon", name="Mail Delivery System", address="mailer-daemon@example.org"),
    Contact(key="fake_it", name="North Pier IT Support", address="it-support@northpier.example"),
    Contact(key="spoof", name="Mara Lindqvist <mara@lindqvist.example>", address="mara@lindqvlst.test"),
    Contact(key="chandler", name="Rope Walk Chandlery", address="shop@ropewalk.example"),
    Contact(key="council", name="Harbour Council", address="office@harbour-council.example"),
    Contact(key="prize", name="Winner Desk", address="winner@prizes.test"),
    Contact(key="pills", name="Dr. Best Offer", address="offers@best-offer.test"),
    Contact(key="parcel", name="Parcel Office", address="delivery@parcel-office.test"),
)

BY_KEY = {contact.key: contact for contact in (ROBIN, *_PEOPLE)}
BY_ADDRESS = {contact.address.lower(): contact for contact in BY_KEY.values()}
