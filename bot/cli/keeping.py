"""What keeps the bot's things safe: the database upgraded, backed up and restored; the keys looked at and changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.assembly import database, the_dialogs
from bot.cli.errors import Unusable
from bot.clock import SystemClock, instant, ms
from bot.settings import Settings
from bot.store import backup, keyring
from bot.store.crew import join
from bot.store.sealed import KeyRing, KeysUnusable, add_key, put_back, remove_key
from bot.store.session import Db, Store
from bot.store.upgrade import alone, upgrade


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    store = Store(database(settings))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _kept(settings: Settings) -> Iterator[tuple[Store, KeyRing]]:
    """The database and the keys that belong to it."""
    with _opened(settings) as store:
        keys = KeyRing.open(settings.keys, create=False)
        upgrade(store, _folders(settings))
        keyring.settle(store, keys)
        yield store, keys


@contextmanager
def _nobody_at_work(settings: Settings) -> Iterator[None]:
    """Raises DatabaseTaken or Unusable while a bot works on the database."""
    crew = join(database(settings))
    try:
        if crew.size > 1:
            raise Unusable("DOORSTEP_DATABASE_URL: a bot works on this database -- end it first")
        yield
    finally:
        crew.close()


def _folders(settings: Settings) -> list[Path]:
    return [capability.folder for capability in the_dialogs().capabilities(settings)]


# -- the database ----------------------------------------------------------------------------------------------------


def db_upgrade(settings: Settings) -> list[str]:
    """Bring the database to this program's shape."""
    folders = _folders(settings)
    with _opened(settings) as store:
        upgrade(store, folders)
    return ["up to date"]


def back_up(settings: Settings, file: Path) -> list[str]:
    """Write a backup. Returns what it holds."""
    with _opened(settings) as store:
        made = backup.back_up(store, file, SystemClock().now())
    return [
        f"{file}: {made.rows} rows of {len(made.tables)} tables, {file.stat().st_size} bytes",
        f"digest {made.digest}",
        f"The keys are not in it. Keep a copy of {settings.keys} apart from it: without them it cannot be read.",
    ]


def restore(settings: Settings, file: Path, *, replace: bool, send: bool) -> list[str]:
    """Fill the database from a backup. Returns what was done, what is held back and whether the keys fit."""
    folders, now = _folders(settings), SystemClock().now()
    found = backup.read(file)
    with _nobody_at_work(settings), _opened(settings) as store:
        held = backup.restore(store, folders, file, now, replace=replace)
    made = instant(found.made).astimezone(settings.zone)
    lines = [f"{found.rows} rows of {len(found.tables)} tables, as they were on {made:%Y-%m-%d %H:%M:%S}"]
    if held:
        lines.append(f"{held} messages may have been sent after the backup: they are held back")
        lines += resend(settings) if send else ["`doorstep db resend` lets results and replies among them go"]
    return lines + _keys_fit(settings, found)


def resend(settings: Settings) -> list[str]:
    """Let go what a restore held back."""
    with _opened(settings) as store, alone(store) as connection:
        count = backup.resend(connection, SystemClock().now())
    return [f"{count} messages go when the bot runs"]


def _keys_fit(settings: Settings, found: backup.Backup) -> list[str]:
    try:
        wrong = keyring.misfits(dict(found.keys), KeyRing.open(settings.keys, create=False))
    except KeysUnusable:
        wrong = ["they are not there yet"]
    if not wrong:
        return [f"the keys in {settings.keys} fit"]
    return [
        f"KEYS: {settings.keys}: {line}. The bot will not start before its keys folder is here."
        for line in wrong
    ]


# -- the keys --------------------------------------------------------------------------------------------------------


def keys_status(settings: Settings) -> list[str]:
    """Fingerprints, and how many values each key of the ring closes."""
    with _kept(settings) as (store, keys):
        counts = store.read(lambda db: keyring.needed(db, keyring.sealed_columns(store)))
        prints = keys.fingerprints()
        lines = [f"{name}\t{prints[name]}" for name in ("identity", "signing")]
        for key_id, print_ in prints["ring"].items():
            use = "seals" if key_id == keys.newest.hex() else "opens" if counts[key_id] else "can be retired"
            lines.append(f"{key_id}\t{print_}\t{counts[key_id]} values\t{use}")
        return lines


def rotate(settings: Settings) -> Iterator[str]:
    """Add a key and seal everything with it, a chunk at a time; each line says how far it is."""
    with _kept(settings) as (store, keys):
        key_id = add_key(settings.keys)
        keys.refresh()
        store.write(lambda db: _record(db, keys, "keys.rotated", key_id))
        yield f"{key_id} seals from now on; running workers take it up within seconds"
        yield from _reseal(store, keys)


def reseal(settings: Settings) -> Iterator[str]:
    """Seal with the newest key what older ones close."""
    with _kept(settings) as (store, keys):
        yield from _reseal(store, keys)


def _reseal(store: Store, keys: KeyRing) -> Iterator[str]:
    broken = 0
    for column, done, unreadable in keyring.reseal(store, keys):
        broken += unreadable
        yield f"{column}: {done} sealed anew" + (f", {unreadable} do not open" if unreadable else "")
    counts = store.read(lambda db: keyring.needed(db, keyring.sealed_columns(store)))
    old = {key_id: count for key_id, count in counts.items() if key_id != keys.newest.hex() and count}
    for key_id, count in old.items():
        yield f"{key_id} still closes {count} values: `doorstep keys reseal` goes on"
    if not old:
        yield "nothing needs an older key; `doorstep keys retire KEY` takes one out (older backups still need it)"


def retire(settings: Settings, key_id: str) -> list[str]:
    """Take a key out of the ring. Raises Unusable while something needs it."""
    with _kept(settings) as (store, keys):
        columns = keyring.sealed_columns(store)

        def count() -> int:
            return store.read(lambda db: keyring.needed(db, columns))[key_id]

        if count():
            raise Unusable(f"{key_id} still closes {count()} values -- `doorstep keys reseal` first")
        key = remove_key(settings.keys, key_id)
        if count():  # somebody who had not heard of the newer key sealed with this one just now
            put_back(settings.keys, key_id, key)
            raise Unusable(f"{key_id} was used just now -- `doorstep keys reseal`, and then again")
        keys.refresh()
        store.write(lambda db: _record(db, keys, "keys.retired", key_id))
    return [f"{key_id} is out of the ring; backups made before the rotation need it: keep its copy with them"]


def adopt(settings: Settings, *, lost: bool) -> list[str]:
    """Let the database go with the keys that are here. Without `lost` it only says what that would mean."""
    with _opened(settings) as store:
        upgrade(store, _folders(settings))
        wanted = keyring.known(store)
        if wanted is None:
            raise Unusable("the database knows no keys yet -- just start the bot")
        keys = KeyRing.open(settings.keys)
        counts = store.read(lambda db: keyring.needed(db, keyring.sealed_columns(store)))
        lines = keyring.misfits(wanted, keys) or ["the keys fit: nothing is to be done"]
        gone = {key_id: n for key_id, n in counts.items() if key_id not in keys.fingerprints()["ring"]}
        lines += [
            f"{n} names, phones and words under {key_id} cannot be read any more"
            for key_id, n in gone.items()
        ]
        if wanted["identity"] != keys.fingerprints()["identity"]:
            lines.append("whoever registered before is not recognised by their document any more")
        if not lost:
            return [
                *lines,
                "nothing was changed; `doorstep keys adopt --lost` goes on with the keys that are here",
            ]
        store.write(lambda db: _record(db, keys, "keys.adopted", keys.newest.hex()))
    return [*lines, f"the database goes with the keys in {settings.keys} from now on"]


def _record(db: Db, keys: KeyRing, act: str, key_id: str) -> None:
    keyring.remember(db, keys)
    db.run(
        "INSERT INTO audit (at, actor, act, object, detail) VALUES (:at, 'system', :act, :object, '{}')",
        at=ms(SystemClock().now()),
        act=act,
        object=f"key:{key_id}",
    )
